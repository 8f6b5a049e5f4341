import type { ChaosRequest, Said } from "./chaos_request.ts";

/** What a client of the dialect understands of an answer with status 200. */
export interface Reading extends Said {
  /** The dialect's terminal marker was there, at the end. */
  isComplete: boolean;
  /** The in-band error, at the end. */
  error: string | undefined;
}

interface OllamaMessage {
  content: string;
  thinking?: string;
  tool_calls?: { function: Said["calls"][number] }[];
}

/** A line or a whole answer of Ollama's; what is read of it is checked by what the answer comes to. */
interface OllamaFrame {
  error?: string;
  message: OllamaMessage;
  response: string;
  thinking?: string;
  embeddings: number[][];
  done?: boolean;
  done_reason?: string;
}

interface ToolFragment {
  index?: number;
  function: { name: string; arguments?: string };
}

interface OpenAIMessage {
  content?: string | null;
  reasoning?: string;
  tool_calls?: ToolFragment[];
}

/** An event or a whole answer of OpenAI's. */
interface OpenAIFrame {
  error?: { message: string };
  data: { embedding: number[] }[];
  choices: { message?: OpenAIMessage; delta?: OpenAIMessage; text?: string; finish_reason?: string | null }[];
}

/** Reads a body as strictly as a client may. Throws `Error` when the body is not of the dialect's form. */
export function readAnswer(request: ChaosRequest, body: string): Reading {
  const reading: Reading = { text: "", thinking: "", calls: [], vectors: [], isComplete: false, error: undefined };
  if (request.dialect === "ollama") readOllama(reading, request, body);
  else readOpenAI(reading, request, body);
  return reading;
}

function checkOpen({ isComplete, error }: Reading): void {
  if (isComplete || error !== undefined) throw new Error("Something follows the end of the answer");
}

function readOllama(reading: Reading, request: ChaosRequest, body: string): void {
  const frames: OllamaFrame[] = request.stream ? lines(body) : [JSON.parse(body)];
  for (const frame of frames) {
    checkOpen(reading);
    if (frame.error !== undefined) reading.error = frame.error;
    else addOllama(reading, request, frame);
  }
}

function lines(body: string): OllamaFrame[] {
  if (!body.endsWith("\n")) throw new Error("The last line is cut");
  return body.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
}

function addOllama(reading: Reading, { operation }: ChaosRequest, frame: OllamaFrame): void {
  if (operation === "embed") {
    reading.vectors = frame.embeddings;
    reading.isComplete = true;
    return;
  }
  const message: OllamaMessage = operation === "chat"
    ? frame.message
    : { content: frame.response, thinking: frame.thinking };
  reading.text += message.content;
  reading.thinking += message.thinking ?? "";
  for (const { function: { name, arguments: input } } of message.tool_calls ?? []) {
    reading.calls.push({ name, arguments: input });
  }
  reading.isComplete = frame.done === true && typeof frame.done_reason === "string";
}

function readOpenAI(reading: Reading, request: ChaosRequest, body: string): void {
  const fragments = new Fragments();
  for (const text of request.stream ? events(body) : [body]) {
    checkOpen(reading);
    if (text === "[DONE]") {
      if (!fragments.hasFinished) throw new Error("[DONE] without a finish_reason");
      reading.isComplete = true;
      continue;
    }
    const frame: OpenAIFrame = JSON.parse(text);
    if (frame.error !== undefined) reading.error = frame.error.message;
    else addOpenAI(reading, frame, { request, fragments });
  }
  reading.calls.push(...fragments.whole());
}

/** The data of each event; comments have none. */
function events(body: string): string[] {
  if (!/\r?\n\r?\n$/.test(body)) throw new Error("The last event is cut");
  return body.split(/\r?\n\r?\n/).map((event) =>
    event.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim()).join("\n")
  ).filter((text) => text !== "");
}

function addOpenAI(
  reading: Reading,
  frame: OpenAIFrame,
  { request, fragments }: { request: ChaosRequest; fragments: Fragments },
): void {
  if (request.operation === "embed") {
    reading.vectors = frame.data.map(({ embedding }) => embedding);
    reading.isComplete = true;
    return;
  }
  for (const choice of frame.choices) {
    const said = choice.message ?? choice.delta ?? { content: choice.text };
    reading.text += said.content ?? "";
    reading.thinking += said.reasoning ?? "";
    for (const call of said.tool_calls ?? []) fragments.add(call);
    if (choice.finish_reason) fragments.finish();
  }
  if (!request.stream) reading.isComplete = fragments.hasFinished;
}

/** OpenAI's tool calls, gathered by their index, and its finish, which may come once. */
class Fragments {
  hasFinished = false;
  readonly #calls = new Map<number, { name: string; text: string }>();

  finish(): void {
    if (this.hasFinished) throw new Error("A second finish_reason");
    this.hasFinished = true;
  }

  add({ index = this.#calls.size, function: { name, arguments: text = "" } }: ToolFragment): void {
    const call = this.#calls.get(index) ?? { name, text: "" };
    this.#calls.set(index, { ...call, text: call.text + text });
  }

  whole(): Said["calls"] {
    if (!this.hasFinished) return [];
    return [...this.#calls.values()].map(({ name, text }) => ({ name, arguments: JSON.parse(text) }));
  }
}
