import { encodeBase64 } from "@std/encoding/base64";
import type { Delivery, FrameRole, Phrases } from "./delivery.ts";
import { isObject, type Json, numberOf, objectsOf, textOf, textsOf } from "./json_body.ts";
import { openaiPhrases, OpenaiRendering } from "./openai_rendering.ts";
import type { SimpleSchema } from "./schema_instance.ts";
import { errorAnswer, jsonAnswer, type ScriptContext, type ScriptedRequest, streamAnswer } from "./scripted_answer.ts";
import { embed, normalize, type Question, type ScriptedModel, scriptReply, toolOf } from "./scripted_model.ts";

const eventStream = "text/event-stream; charset=utf-8";

/** Answers OpenAI's API; paths are those below the base with `/v1`. */
export function answerOpenai(request: ScriptedRequest, context: ScriptContext): Delivery {
  switch (`${request.method} ${request.path}`) {
    case "GET /models": {
      const data = context.shelf.list().map((model) => listed(model));
      return jsonAnswer({ object: "list", data }, wholePhrases);
    }
    case "POST /chat/completions":
      return answerPrompt(request.json, context, "chat");
    case "POST /completions":
      return answerPrompt(request.json, context, "completion");
    case "POST /embeddings":
      return answerEmbeddings(request.json, context);
  }
  if (request.method === "GET" && request.path.startsWith("/models/")) {
    const name = decodeURIComponent(request.path.slice("/models/".length));
    const model = context.shelf.find(name);
    return model ? jsonAnswer(listed(model), wholePhrases) : modelNotFound(name);
  }
  return errorAnswer(404, `Unknown request URL: ${request.method} /v1${request.path}`, wholePhrases);
}

const wholePhrases: Phrases = openaiPhrases("chat", { id: "", model: "", created: 0 }, { stream: false });

function listed(model: ScriptedModel): Json {
  return { id: model.name, object: "model", created: 1_767_323_045, owned_by: "demo" };
}

function modelNotFound(name: string): Delivery {
  const error = {
    message: `The model '${name}' does not exist`,
    type: "invalid_request_error",
    param: null,
    code: "model_not_found",
  };
  return jsonAnswer({ error }, wholePhrases, 404);
}

function answerPrompt(body: Json, context: ScriptContext, kind: "chat" | "completion"): Delivery {
  const name = textOf(body.model);
  const model = context.shelf.find(name);
  if (!model) return modelNotFound(name);
  if (objectsOf(body.tools).length > 0 && !model.tools) {
    return errorAnswer(400, `${name} does not support tools`, wholePhrases);
  }
  const reply = scriptReply(questionOf(body, { model, context, kind }));
  const created = Math.floor(context.clock.now() / 1000);
  const render = new OpenaiRendering(kind, {
    id: kind === "chat" ? "chatcmpl-demo" : "cmpl-demo",
    model: name,
    created,
  });
  if (body.stream !== true) return jsonAnswer(render.whole(reply), openaiPhrases(kind, render.head, { stream: false }));
  const streamOptions = isObject(body.stream_options) ? body.stream_options : {};
  const frames: [FrameRole, string][] = render.frames(reply, {
    usage: context.alwaysUsage || streamOptions.include_usage === true,
    mixToolFragments: context.mixToolFragments,
  });
  return streamAnswer(frames, openaiPhrases(kind, render.head, { stream: true }), eventStream);
}

function questionOf(
  body: Json,
  about: { model: ScriptedModel; context: ScriptContext; kind: "chat" | "completion" },
): Question {
  const messages = about.kind === "chat"
    ? objectsOf(body.messages).map((message) => messageOf(message))
    : [{ role: "user", text: textsOf(body.prompt).join("\n"), images: 0 }];
  return {
    model: about.model,
    server: about.context.name,
    messages,
    tools: objectsOf(body.tools).map((tool) => toolOf(tool.function)),
    think: typeof body.reasoning_effort === "string" && body.reasoning_effort !== "none",
    format: formatOf(body.response_format),
    stop: textsOf(body.stop),
    maxTokens: numberOf(body.max_completion_tokens) ?? numberOf(body.max_tokens),
    seed: numberOf(body.seed),
  };
}

function messageOf(message: Json): { role: string; text: string; images: number } {
  const role = textOf(message.role);
  if (typeof message.content === "string") return { role, text: message.content, images: 0 };
  const parts = objectsOf(message.content);
  const text = parts.filter((part) => part.type === "text").map((part) => textOf(part.text)).join("\n");
  return { role, text, images: parts.filter((part) => part.type === "image_url").length };
}

function formatOf(format: unknown): "json" | SimpleSchema | undefined {
  if (!isObject(format)) return undefined;
  if (format.type === "json_object") return "json";
  if (format.type !== "json_schema" || !isObject(format.json_schema)) return undefined;
  return isObject(format.json_schema.schema) ? format.json_schema.schema as SimpleSchema : undefined;
}

function answerEmbeddings(body: Json, context: ScriptContext): Delivery {
  const name = textOf(body.model);
  const model = context.shelf.find(name);
  if (!model) return modelNotFound(name);
  if (!model.embedding) return errorAnswer(400, `${name} does not support embeddings`, wholePhrases);
  const dimensions = numberOf(body.dimensions) ?? model.dimensions ?? 8;
  const inputs = textsOf(body.input);
  const data = inputs.map((text, index) => {
    const vector = normalize(embed(text, dimensions));
    return { object: "embedding", index, embedding: body.encoding_format === "base64" ? base64Of(vector) : vector };
  });
  const usage = { prompt_tokens: inputs.length, total_tokens: inputs.length };
  return jsonAnswer({ object: "list", data, model: name, usage }, wholePhrases);
}

/** Little-endian 32-bit floats, as OpenAI packs vectors. */
function base64Of(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  return encodeBase64(view.buffer);
}
