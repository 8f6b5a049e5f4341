import { isObject, textOf } from "./json_body.ts";
import { instanceOf, type SimpleSchema } from "./schema_instance.ts";

/** A model that a scripted server offers. Tags are Ollama's: a name without one means `:latest`. */
export interface ScriptedModel {
  name: string;
  tools?: boolean;
  thinking?: boolean;
  vision?: boolean;
  /** An embedding model: it embeds and does not chat. */
  embedding?: boolean;
  /** Length of its vectors (default 8). */
  dimensions?: number;
  sizeBytes?: number;
  contextLength?: number;
  /** Ollama's mark of a stub whose model in truth runs elsewhere. */
  remoteModel?: string;
  remoteHost?: string;
  /** What it says to a question, in place of "Hello from the … model. You said: …". */
  reply?: (question: string) => string;
}

export const defaultModels: readonly ScriptedModel[] = [
  { name: "llama3.2", tools: true, vision: true },
  { name: "qwen3", tools: true, thinking: true },
  { name: "plain" },
  { name: "nomic-embed-text", embedding: true },
];

/** What a model is asked, whichever dialect it came in. */
export interface Question {
  model: ScriptedModel;
  /** The server's name, which goes into the answer. */
  server: string;
  messages: readonly { role: string; text: string; images: number }[];
  tools: readonly { name: string; parameters?: SimpleSchema }[];
  think: boolean;
  format?: "json" | SimpleSchema;
  stop: readonly string[];
  maxTokens?: number;
  seed?: number;
}

export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** What it answers; `thinking` and `tokens` are pieces as they would stream. */
export interface ScriptedReply {
  thinking: string[];
  tokens: string[];
  toolCalls: ToolCall[];
  finish: "stop" | "length";
  inputTokens: number;
  outputTokens: number;
}

/** The answer to a question: always the same for the same question, and it names the server. */
export function scriptReply(question: Question): ScriptedReply {
  const toolCalls = callTools(question);
  const thinking = question.think && question.model.thinking ? tokenize(`The user asks: ${lastText(question)}`) : [];
  let tokens = toolCalls.length > 0 ? [] : tokenize(cutAtStop(answerText(question), question.stop));
  const limit = question.maxTokens;
  const tooLong = limit !== undefined && limit >= 0 && tokens.length > limit;
  if (tooLong) tokens = tokens.slice(0, limit);
  return {
    thinking,
    tokens,
    toolCalls,
    finish: tooLong ? "length" : "stop",
    inputTokens: question.messages.reduce((sum, message) => sum + tokenize(message.text).length, 0),
    outputTokens: thinking.length + tokens.length + toolCalls.length,
  };
}

/** Words with the space before them, long ones in pieces of whole code points. */
export function tokenize(text: string): string[] {
  return text.match(/\s*\S{1,16}|\s+$/gu) ?? [];
}

function lastText(question: Question): string {
  return question.messages.findLast((message) => message.role !== "system")?.text ?? "";
}

function answerText(question: Question): string {
  const { model, format, server } = question;
  const said = lastText(question);
  if (format === "json") return JSON.stringify({ server, answer: said });
  if (format) return JSON.stringify(instanceOf(format, said));
  if (model.reply) return model.reply(said);
  const verb = question.messages.at(-1)?.role === "tool" ? "The tool said" : "You said";
  const images = question.messages.reduce((sum, message) => sum + message.images, 0);
  let text = `Hello from the ${server} model. ${verb}: ${said}`;
  if (images > 0) text += ` I see ${images} image${images === 1 ? "" : "s"}.`;
  if (question.seed !== undefined) text += ` (seed ${question.seed})`;
  return text;
}

function cutAtStop(text: string, stop: readonly string[]): string {
  const ends = stop.map((word) => text.indexOf(word)).filter((at) => at >= 0);
  return ends.length > 0 ? text.slice(0, Math.min(...ends)) : text;
}

/** One call for each of the first two tools that the user's question names. */
function callTools(question: Question): ToolCall[] {
  if (question.messages.at(-1)?.role !== "user") return [];
  const said = lastText(question).toLowerCase();
  return question.tools
    .filter((tool) => said.includes(tool.name.toLowerCase()))
    .slice(0, 2)
    .map((tool) => ({ name: tool.name, arguments: argumentsFor(tool) }));
}

function argumentsFor(tool: { name: string; parameters?: SimpleSchema }): Record<string, unknown> {
  const properties = Object.entries(tool.parameters?.properties ?? {});
  return Object.fromEntries(properties.map(([name, schema]) => [name, instanceOf(schema, `${name} for ${tool.name}`)]));
}

/** A tool as both dialects describe it under `function`. */
export function toolOf(source: unknown): { name: string; parameters?: SimpleSchema } {
  const tool = isObject(source) ? source : {};
  return {
    name: textOf(tool.name),
    parameters: isObject(tool.parameters) ? tool.parameters as SimpleSchema : undefined,
  };
}

/** A vector that depends on the text alone; not normalised. */
export function embed(text: string, dimensions: number): number[] {
  let state = 2_166_136_261;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 16_777_619) >>> 0;
  return Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.fround(state / 2 ** 31 - 1);
  });
}

export function normalize(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
