import type { FrameRole, Phrases } from "./delivery.ts";
import type { Json } from "./json_body.ts";
import type { ScriptedReply, ToolCall } from "./scripted_model.ts";

export interface OpenaiHead {
  id: string;
  model: string;
  /** Seconds since 1970. */
  created: number;
}

type Kind = "chat" | "completion";

export function event(json: Json): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

/** OpenAI's words for what faults make a server say. */
export function openaiPhrases(kind: Kind, head: OpenaiHead, options: { stream: boolean }): Phrases {
  const render = new OpenaiRendering(kind, head);
  const { stream } = options;
  return {
    heartbeat: stream ? ": PROCESSING\n\n" : "\n",
    content: (text) => event(render.textChunk(text)),
    error: (message) => stream ? event(errorOf(500, message)) : JSON.stringify(errorOf(500, message)),
    errorBody: (status, message) => JSON.stringify(errorOf(status, message)),
    terminal: stream ? "data: [DONE]\n\n" : "{}",
    broken: stream ? `data: {"id":"${head.id}","choices":[{\n\n` : `{"id":"${head.id}","choices":[{`,
  };
}

export function errorOf(status: number, message: string): Json {
  const types: Record<number, string> = { 400: "invalid_request_error", 404: "not_found_error" };
  return { error: { message, type: types[status] ?? "api_error", param: null, code: null } };
}

/** The JSON of one answer in OpenAI's form. */
export class OpenaiRendering {
  readonly #kind: Kind;
  readonly head: OpenaiHead;

  constructor(kind: Kind, head: OpenaiHead) {
    this.#kind = kind;
    this.head = head;
  }

  whole(reply: ScriptedReply): Json {
    const text = reply.tokens.join("");
    const finish_reason = finishOf(reply);
    const usage = usageOf(reply);
    if (this.#kind === "completion") {
      const choice = { index: 0, text, logprobs: null, finish_reason };
      return { ...this.head, object: "text_completion", choices: [choice], usage };
    }
    const message: Json = { role: "assistant", content: reply.toolCalls.length > 0 ? null : text };
    if (reply.thinking.length > 0) message.reasoning = reply.thinking.join("");
    if (reply.toolCalls.length > 0) {
      message.tool_calls = reply.toolCalls.map((call, index) => ({
        id: `call_demo${index}`,
        type: "function",
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
      }));
    }
    return { ...this.head, object: "chat.completion", choices: [{ index: 0, message, finish_reason }], usage };
  }

  /** The events of a stream: role, reasoning, content or tool calls, finish, usage, `[DONE]`. */
  frames(reply: ScriptedReply, options: { usage: boolean; mixToolFragments: boolean }): [FrameRole, string][] {
    const frames: [FrameRole, string][] = [];
    if (this.#kind === "chat") frames.push(["lead", event(this.#chunk({ role: "assistant", content: "" }))]);
    for (const reasoning of reply.thinking) frames.push(["content", event(this.#chunk({ reasoning }))]);
    for (const token of reply.tokens) frames.push(["content", event(this.textChunk(token))]);
    for (const delta of toolDeltas(reply.toolCalls, options.mixToolFragments)) {
      frames.push(["content", event(this.#chunk({ tool_calls: [delta] }))]);
    }
    frames.push(["lead", event(this.#finish(reply))]);
    if (options.usage) {
      frames.push(["lead", event({ ...this.#head(), choices: [], usage: usageOf(reply) })]);
    }
    frames.push(["terminal", "data: [DONE]\n\n"]);
    return frames;
  }

  textChunk(text: string): Json {
    if (this.#kind === "chat") return this.#chunk({ content: text });
    return { ...this.#head(), choices: [{ index: 0, text, logprobs: null, finish_reason: null }] };
  }

  #finish(reply: ScriptedReply): Json {
    const finish_reason = finishOf(reply);
    if (this.#kind === "chat") return this.#chunk({}, finish_reason);
    return { ...this.#head(), choices: [{ index: 0, text: "", logprobs: null, finish_reason }] };
  }

  #chunk(delta: Json, finish_reason: string | null = null): Json {
    return { ...this.#head(), choices: [{ index: 0, delta, finish_reason }] };
  }

  #head(): Json {
    return { ...this.head, object: this.#kind === "chat" ? "chat.completion.chunk" : "text_completion" };
  }
}

function finishOf(reply: ScriptedReply): string {
  return reply.toolCalls.length > 0 ? "tool_calls" : reply.finish;
}

function usageOf(reply: ScriptedReply): Json {
  const { inputTokens, outputTokens } = reply;
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}

/** Each call as its name and then its arguments in thirds; mixed: by turns, and without id and type. */
function toolDeltas(calls: readonly ToolCall[], mixed: boolean): Json[] {
  const series = calls.map((call, index) => {
    const text = JSON.stringify(call.arguments);
    const size = Math.max(1, Math.ceil(text.length / 3));
    const parts = [0, 1, 2].map((turn) => text.slice(turn * size, (turn + 1) * size)).filter((part) => part !== "");
    const identity = mixed ? {} : { id: `call_demo${index}`, type: "function" };
    const first: Json = { index, ...identity, function: { name: call.name, arguments: "" } };
    return [first, ...parts.map((part): Json => ({ index, function: { arguments: part } }))];
  });
  if (!mixed) return series.flat();
  const longest = Math.max(0, ...series.map((deltas) => deltas.length));
  return Array.from({ length: longest }, (_, turn) => series.flatMap((deltas) => deltas.slice(turn, turn + 1))).flat();
}
