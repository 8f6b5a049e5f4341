import type { Clock } from "../core/clock.ts";
import { type DaemonClient, errorWords } from "./daemon_client.ts";
import { readLines } from "./read_lines.ts";
import { terminalLine, terminalText } from "./terminal_text.ts";

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface Question {
  model: string;
  messages: readonly ChatMessage[];
  /** Ask only the backend of this id. */
  backend?: string;
  /** Aborting it ends the answer where it stands. */
  signal?: AbortSignal;
}

/** Takes the answer's pieces as they arrive, already safe for a terminal. */
export interface AnswerSink {
  content(text: string): void;
  thinking(text: string): void;
}

export interface ChatAnswer {
  text: string;
  /** By its headers: who answered, and who was asked; `null` where a header is missing. */
  backend: string | null;
  attempts: string | null;
  firstTokenMs: number | null;
  /** Whether the question's signal ended it. */
  interrupted: boolean;
}

/** No answer, or one that broke off; the message is for the user. */
export class ChatFailure extends Error {
  override readonly name = "ChatFailure";
}

/**
 * Asks and hands on the answer while it comes. Throws {@linkcode ChatFailure} for a refusal, an error in the stream and
 * an end without the dialect's end marker, and `DaemonNotRunning`.
 */
export async function askModel(
  daemon: DaemonClient,
  question: Question,
  { sink, clock }: { sink: AnswerSink; clock: Clock },
): Promise<ChatAnswer> {
  const answer: ChatAnswer = { text: "", backend: null, attempts: null, firstTokenMs: null, interrupted: false };
  const startedAt = clock.monotonic();
  try {
    const response = await send(daemon, question);
    answer.backend = headerText(response, "x-broker-backend");
    answer.attempts = headerText(response, "x-broker-attempts");
    for await (const piece of readPieces(response)) {
      answer.firstTokenMs ??= clock.monotonic() - startedAt;
      if (piece.thinking !== "") sink.thinking(piece.thinking);
      if (piece.content !== "") sink.content(piece.content);
      answer.text += piece.content;
    }
  } catch (error) {
    if (!question.signal?.aborted) throw error;
    answer.interrupted = true;
  }
  return answer;
}

/** `answered by local in 340 ms to first token (attempts: local:ok)` */
export function answeredLine({ backend, attempts, firstTokenMs }: ChatAnswer): string {
  const by = backend === null ? "" : ` by ${backend}`;
  const time = firstTokenMs === null ? "" : ` in ${Math.round(firstTokenMs)} ms to first token`;
  return `answered${by}${time}${attempts === null ? "" : ` (attempts: ${attempts})`}`;
}

async function send(daemon: DaemonClient, { model, messages, backend, signal }: Question): Promise<Response> {
  const response = await daemon.request("/api/chat", {
    method: "POST",
    body: { model, messages, stream: true },
    headers: backend === undefined ? {} : { "x-broker-backend": headerValue(backend) },
    signal,
  });
  if (response.ok) return response;
  const words = errorWords(await response.text()) ?? `HTTP ${response.status}`;
  const attempts = headerText(response, "x-broker-attempts");
  throw new ChatFailure(`No answer from ${terminalLine(model)}: ${words}${attempts ? ` (attempts: ${attempts})` : ""}`);
}

async function* readBody(response: Response): AsyncGenerator<string> {
  try {
    if (response.body) yield* readLines(response.body);
  } catch (error) {
    throw new ChatFailure("The answer broke off: the daemon closed the connection", { cause: error });
  }
}

interface Piece {
  content: string;
  thinking: string;
}

async function* readPieces(response: Response): AsyncGenerator<Piece> {
  for await (const line of readBody(response)) {
    if (line.trim() === "") continue;
    const error = errorWords(line);
    if (error !== undefined) throw new ChatFailure(brokeOff(error));
    const { piece, done } = readPiece(line);
    if (piece.content !== "" || piece.thinking !== "") yield piece;
    if (done) return;
  }
  throw new ChatFailure("The answer broke off: it ended without its end marker");
}

/** The broker's own words for it say so themselves. */
function brokeOff(words: string): string {
  return words.startsWith("The answer broke off") ? words : `The answer broke off: ${words}`;
}

function readPiece(line: string): { piece: Piece; done: boolean } {
  const json = parseObject(line);
  const message = json.message as { content?: unknown; thinking?: unknown } | null | undefined;
  return {
    piece: { content: textOf(message?.content), thinking: textOf(message?.thinking) },
    done: json.done === true,
  };
}

function parseObject(line: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(line);
    if (typeof json === "object" && json !== null) return json as Record<string, unknown>;
  } catch {
    // Told below, as for JSON of another kind.
  }
  throw new ChatFailure("The answer broke off: a line of it is not a JSON object");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? terminalText(value) : "";
}

function headerText(response: Response, name: string): string | null {
  const value = response.headers.get(name);
  return value === null ? null : terminalLine(value);
}

function headerValue(backend: string): string {
  if (/^[\x21-\x7e]+$/.test(backend)) return backend;
  throw new ChatFailure(`There is no backend "${terminalLine(backend)}"`);
}
