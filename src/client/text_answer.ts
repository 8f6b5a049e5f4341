import type { Reading } from "./answer_reader.ts";
import type { Answer, AnswerPiece, ChatMessage, ChatRequest, GenerateRequest, Json, ToolCall } from "./model_types.ts";

type Line = Record<string, unknown>;

/** Reads the lines of `/api/chat` and `/api/generate`. */
export function textReading(api: "chat" | "generate"): Reading<AnswerPiece, Answer> {
  const whole: Answer = {
    text: "",
    thinking: "",
    toolCalls: [],
    model: "",
    doneReason: null,
    inputTokens: null,
    outputTokens: null,
  };
  return {
    piece(line) {
      const message: Line = api === "chat" ? objectOf(line.message) : { ...line, content: line.response };
      const piece = {
        text: textOf(message.content),
        thinking: textOf(message.thinking),
        toolCalls: toolCallsOf(message.tool_calls),
      };
      whole.text += piece.text;
      whole.thinking += piece.thinking;
      whole.toolCalls.push(...piece.toolCalls);
      if (whole.model === "") whole.model = textOf(line.model);
      if (line.done === true) takeEnd(whole, line);
      return piece.text === "" && piece.thinking === "" && piece.toolCalls.length === 0 ? undefined : piece;
    },
    isEnd: (line) => line.done === true,
    received: () => whole.text,
    whole: () => whole,
  };
}

function takeEnd(whole: Answer, line: Line): void {
  whole.doneReason = typeof line.done_reason === "string" ? line.done_reason : null;
  whole.inputTokens = numberOf(line.prompt_eval_count);
  whole.outputTokens = numberOf(line.eval_count);
}

function toolCallsOf(value: unknown): ToolCall[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((call) => {
    const { id, function: called } = objectOf(call);
    const { name, arguments: given } = objectOf(called);
    if (typeof name !== "string") return [];
    const args = objectOf(given) as ToolCall["arguments"];
    return [{ ...(typeof id === "string" && { id }), name, arguments: args }];
  });
}

/** A chat as Ollama's API takes it. */
export function chatBody({ model, messages, tools, format, options, think, keepAlive }: ChatRequest): Line {
  return {
    model,
    messages: messages.map(sentMessage),
    tools: tools?.map((tool) => ({ type: "function", function: tool })),
    format,
    options,
    think,
    keep_alive: keepAlive,
    stream: true,
  };
}

function sentMessage({ toolCalls, toolName, toolCallId, ...message }: ChatMessage): Line {
  return {
    ...message,
    tool_calls: toolCalls?.map(({ id, ...called }) => ({ id, function: called })),
    tool_name: toolName,
    tool_call_id: toolCallId,
  };
}

/** A prompt as Ollama's API takes it. */
export function generateBody({ keepAlive, signal: _, backend: _backend, ...request }: GenerateRequest): Line {
  return { ...request, keep_alive: keepAlive, stream: true };
}

export function objectOf(value: unknown): { [name: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as { [name: string]: Json | undefined }
    : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
