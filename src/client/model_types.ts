import type { Attempt } from "./errors.ts";
import type { CallOptions } from "./options.ts";

/** Whatever a JSON schema, a tool's arguments or a model's options may be. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** What every request to a model may say. */
export interface ModelRequest extends CallOptions {
  model: string;
  /** Id of the one backend that may be asked. Default: whoever has the model, by the user's mode. */
  backend?: string;
  /** Ollama's model parameters, such as `temperature`, `num_ctx`, `seed`, `stop`. */
  options?: { [name: string]: Json };
  /** How long the model stays loaded: `5m`, seconds, -1 for ever. */
  keepAlive?: string | number;
}

export interface ToolCall {
  /** Where the model gave one. */
  id?: string;
  name: string;
  arguments: { [name: string]: Json };
}

export interface ChatMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  thinking?: string;
  /** Base64, without a `data:` prefix. */
  images?: string[];
  /** Of an assistant. */
  toolCalls?: ToolCall[];
  /** Of a tool's result: which tool, and which call where that had an id. */
  toolName?: string;
  toolCallId?: string;
}

export interface Tool {
  name: string;
  description?: string;
  /** JSON schema of its arguments. */
  parameters: { [name: string]: Json };
}

export interface ChatRequest extends ModelRequest {
  messages: readonly ChatMessage[];
  tools?: readonly Tool[];
  /** `json`, or a JSON schema that the answer follows. */
  format?: "json" | { [name: string]: Json };
  /** Whether, or how hard, a model that can think does so before it answers. */
  think?: boolean | "low" | "medium" | "high";
}

export interface GenerateRequest extends ModelRequest {
  prompt: string;
  /** Text that comes after the answer. */
  suffix?: string;
  system?: string;
  /** Base64, without a `data:` prefix. */
  images?: string[];
  format?: "json" | { [name: string]: Json };
  think?: boolean | "low" | "medium" | "high";
  /** Sends the prompt without the model's template. */
  raw?: boolean;
}

/** What arrives at a time. */
export interface AnswerPiece {
  /** "" where there is none. */
  text: string;
  thinking: string;
  toolCalls: ToolCall[];
}

/** A whole answer. */
export interface Answer extends AnswerPiece {
  /** The model's name, as its backend says it. */
  model: string;
  /** Why it ended: `stop`, `length` or others; `null` where nobody says. */
  doneReason: string | null;
  /** `null` where the backend did not count. */
  inputTokens: number | null;
  outputTokens: number | null;
}

/**
 * An answer on its way. It is read once: by `for await`, piece by piece, or by `final()` as a whole. Leaving the loop,
 * or `cancel()`, ends the request, and with it what the model does.
 *
 * An answer that is not whole throws: `AnswerBrokeOff` with the daemon's words, `DaemonLost` when the connection broke,
 * the reason of the signal when that aborted.
 */
export interface AnswerStream<Piece, Whole> extends AsyncIterable<Piece> {
  /** Id of the backend that answers; `null` where the daemon does not say. */
  readonly backend: string | null;
  /** Who was asked, in order. */
  readonly attempts: readonly Attempt[];
  /** The whole answer, read to its end; also after the loop, and then at once. */
  final(): Promise<Whole>;
  /** Ends the request. Safe to call at any time. */
  cancel(): void;
}

/** A model's answer. */
export interface TextAnswer extends AnswerStream<AnswerPiece, Answer> {
  /** The text of the whole answer. */
  text(): Promise<string>;
}

/** A pull on its way: `for await` gives its progress, `final()` waits for its end. Leaving the loop ends the pull. */
export type Pull = AnswerStream<PullProgress, PullProgress>;

export interface EmbedRequest extends Omit<ModelRequest, "keepAlive"> {
  input: string | readonly string[];
  keepAlive?: string | number;
  /** Cuts what is too long; default true. `false`: it is refused. */
  truncate?: boolean;
  dimensions?: number;
}

export interface Embeddings {
  /** One vector for each input. */
  embeddings: number[][];
  model: string;
  backend: string | null;
  inputTokens: number | null;
}

export interface PullRequest extends CallOptions {
  model: string;
  /** Id of the Ollama that pulls; default: the first local one. */
  backend?: string;
}

export interface PullProgress {
  /** What it does now, in Ollama's words. */
  status: string;
  /** The part that is being loaded, and how much of it is here, in bytes. */
  digest?: string;
  total?: number;
  completed?: number;
}

export interface Model {
  name: string;
  /** Where it lives. */
  backends: { id: string; location: "local" | "cloud" }[];
  /** 0 where it is not known. */
  sizeBytes: number;
  /** ISO 8601; `null` where it is not known. */
  modifiedAt: string | null;
}
