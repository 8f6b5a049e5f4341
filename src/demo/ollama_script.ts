import type { Delivery, FrameRole, Phrases } from "./delivery.ts";
import { isObject, type Json, numberOf, objectsOf, textOf, textsOf } from "./json_body.ts";
import { answerOllamaAdmin } from "./ollama_admin_script.ts";
import { errorAnswer, jsonAnswer, type ScriptContext, type ScriptedRequest, streamAnswer } from "./scripted_answer.ts";
import {
  embed,
  normalize,
  type Question,
  type ScriptedModel,
  type ScriptedReply,
  scriptReply,
  toolOf,
} from "./scripted_model.ts";
import type { SimpleSchema } from "./schema_instance.ts";

/** Answers the requests of Ollama's API that use a model; the others go to the admin script. */
export async function answerOllama(request: ScriptedRequest, context: ScriptContext): Promise<Delivery> {
  switch (`${request.method} ${request.path}`) {
    case "POST /api/chat":
      return answerPrompt(request.json, context, "chat");
    case "POST /api/generate":
      return answerPrompt(request.json, context, "generate");
    case "POST /api/embed":
    case "POST /api/embeddings":
      return answerEmbed(request, context);
    default:
      return await answerOllamaAdmin(request, context);
  }
}

type PromptKind = "chat" | "generate";

function answerPrompt(body: Json, context: ScriptContext, kind: PromptKind): Delivery {
  const name = textOf(body.model);
  const model = context.shelf.find(name);
  if (!name) return errorAnswer(400, "model is required", ollamaPhrases(name, context, kind));
  if (!model) return errorAnswer(404, `model '${name}' not found`, ollamaPhrases(name, context, kind));
  const refusal = refuse(body, model, name);
  if (refusal) return errorAnswer(400, refusal, ollamaPhrases(name, context, kind));
  context.shelf.load(name);
  if (body.keep_alive === 0) context.shelf.unload(name);
  const render = new Rendering(name, context, kind);
  const isEmpty = kind === "chat" ? objectsOf(body.messages).length === 0 : textOf(body.prompt) === "";
  if (isEmpty) return jsonAnswer(render.loaded(body.keep_alive === 0 ? "unload" : "load"), render.phrases);
  const reply = scriptReply(questionOf(body, { model, context, kind }));
  return body.stream === false ? jsonAnswer(render.whole(reply), render.wholePhrases()) : render.stream(reply);
}

function refuse(body: Json, model: ScriptedModel, name: string): string | undefined {
  if (model.embedding) return `"${name}" does not support chat`;
  if (objectsOf(body.tools).length > 0 && !model.tools) return `${name} does not support tools`;
  if (body.think && !model.thinking) return `"${name}" does not support thinking`;
  return undefined;
}

function questionOf(body: Json, about: { model: ScriptedModel; context: ScriptContext; kind: PromptKind }): Question {
  const options = isObject(body.options) ? body.options : {};
  const image = (source: Json) => textsOf(source.images).length;
  const messages = about.kind === "chat"
    ? objectsOf(body.messages).map((m) => ({ role: textOf(m.role), text: textOf(m.content), images: image(m) }))
    : [{ role: "user", text: textOf(body.prompt), images: image(body) }];
  return {
    model: about.model,
    server: about.context.name,
    messages,
    tools: objectsOf(body.tools).map((tool) => toolOf(tool.function)),
    think: Boolean(body.think),
    format: body.format === "json" ? "json" : isObject(body.format) ? body.format as SimpleSchema : undefined,
    stop: textsOf(options.stop),
    maxTokens: numberOf(options.num_predict),
    seed: numberOf(options.seed),
  };
}

function answerEmbed(request: ScriptedRequest, context: ScriptContext): Delivery {
  const { json } = request;
  const name = textOf(json.model);
  const model = context.shelf.find(name);
  const phrases = ollamaPhrases(name, context, "chat");
  if (!model) return errorAnswer(404, `model '${name}' not found`, phrases);
  if (!model.embedding) return errorAnswer(501, "this model does not support embeddings", phrases);
  context.shelf.load(name);
  const dimensions = numberOf(json.dimensions) ?? model.dimensions ?? 8;
  const whole = { ...phrases, heartbeat: "\n" };
  if (request.path === "/api/embeddings") {
    return jsonAnswer({ embedding: embed(textOf(json.prompt), dimensions) }, whole);
  }
  const inputs = textsOf(json.input);
  const embeddings = inputs.map((text) => normalize(embed(text, dimensions)));
  const counts = { total_duration: 3_000_000, load_duration: 1_000_000, prompt_eval_count: inputs.length };
  return jsonAnswer({ model: name, embeddings, ...counts }, whole);
}

/** Ollama's words for what faults make a server say. */
export function ollamaPhrases(name: string, context: ScriptContext, kind: PromptKind): Phrases {
  const render = new Rendering(name, context, kind);
  return render.phrases;
}

/** The JSON of one answer in Ollama's form. Durations are nanoseconds and always the same. */
class Rendering {
  readonly #name: string;
  readonly #context: ScriptContext;
  readonly #kind: PromptKind;

  constructor(name: string, context: ScriptContext, kind: PromptKind) {
    this.#name = name;
    this.#context = context;
    this.#kind = kind;
  }

  get phrases(): Phrases {
    return {
      heartbeat: "\n",
      content: (text) => line(this.#part({ content: text })),
      error: (message) => line({ error: message }),
      errorBody: (_status, message) => JSON.stringify({ error: message }),
      terminal: line({ ...this.#part({ content: "" }), done: true, done_reason: "stop" }),
      broken: `{"model":"${this.#name}","message":{"role":"assistant","content\n`,
    };
  }

  wholePhrases(): Phrases {
    return { ...this.phrases, error: (message) => JSON.stringify({ error: message }) };
  }

  loaded(reason: "load" | "unload"): Json {
    return { ...this.#part({ content: "" }), done: true, done_reason: reason };
  }

  whole(reply: ScriptedReply): Json {
    const parts = { content: reply.tokens.join(""), thinking: reply.thinking.join(""), calls: reply.toolCalls };
    return { ...this.#part(parts), ...this.#final(reply) };
  }

  stream(reply: ScriptedReply): Delivery {
    const frames: [FrameRole, string][] = [];
    for (const thinking of reply.thinking) frames.push(["content", line(this.#part({ content: "", thinking }))]);
    for (const content of reply.tokens) frames.push(["content", line(this.#part({ content }))]);
    for (const [index, call] of reply.toolCalls.entries()) {
      frames.push(["content", line(this.#part({ content: "", calls: [call], firstCall: index }))]);
    }
    frames.push(["terminal", line({ ...this.#part({ content: "" }), ...this.#final(reply) })]);
    return streamAnswer(frames, this.phrases, "application/x-ndjson");
  }

  #final(reply: ScriptedReply): Json {
    return {
      done: true,
      done_reason: reply.finish,
      total_duration: 5_000_000 + reply.outputTokens * 1_000_000,
      load_duration: 1_000_000,
      prompt_eval_count: reply.inputTokens,
      prompt_eval_duration: 4_000_000,
      eval_count: reply.outputTokens,
      eval_duration: reply.outputTokens * 1_000_000,
    };
  }

  #part(
    parts: { content: string; thinking?: string; calls?: ScriptedReply["toolCalls"]; firstCall?: number },
  ): Json {
    const head = { model: this.#name, created_at: new Date(this.#context.clock.now()).toISOString() };
    const thinking = parts.thinking ? { thinking: parts.thinking } : {};
    if (this.#kind === "generate") return { ...head, response: parts.content, ...thinking, done: false };
    const calls = (parts.calls ?? []).map((call, index) => ({
      function: { index: (parts.firstCall ?? 0) + index, name: call.name, arguments: call.arguments },
    }));
    const message = { role: "assistant", content: parts.content, ...thinking };
    return { ...head, message: calls.length > 0 ? { ...message, tool_calls: calls } : message, done: false };
  }
}

function line(json: Json): string {
  return JSON.stringify(json) + "\n";
}
