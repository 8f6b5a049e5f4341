import { messageOf } from "../core/errors.ts";
import type { ModelInfo } from "../state/app_state.ts";
import { checkJsonSize } from "../protocol/json_size.ts";
import { boundedBody } from "./bounded_body.ts";
import type { Transport } from "./transport.ts";

type Json = Readonly<Record<string, unknown>>;

/** Largest list of models that is read, in bytes. */
const maxListBytes = 16_777_216;
/** Parsed in half a second, during which nobody is served. */
const listLimits = { values: 2_000_000, depth: 1_000 };
/** The longest list of a cloud has some hundreds; each is kept in memory and in every answer that lists models. */
const maxModels = 10_000;
const maxNameLength = 512;

/** A small JSON answer of a backend. Throws {@linkcode BackendFailure}. */
export async function getJson(transport: Transport, url: string, signal: AbortSignal): Promise<unknown> {
  const response = await transport.sendOk({ method: "GET", url, signal });
  try {
    const bytes = await boundedBody(response, { maxBytes: maxListBytes, signal });
    checkJsonSize(bytes, listLimits);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { pathname } = new URL(url);
    const reason = error instanceof RangeError ? "too_large" : "malformed";
    const problem = error instanceof RangeError ? "answered with too much" : "did not answer with JSON";
    throw transport.failure(`${pathname} ${problem}: ${messageOf(error)}`, {
      phase: "first_byte",
      reason,
      cause: error,
    });
  }
}

/** The first 10,000 items of the list at `key` that `read` understands; `undefined` when there is no list. */
export function listOf<T>(json: unknown, key: string, read: (item: Json) => T | undefined): T[] | undefined {
  const list = isObject(json) ? json[key] : undefined;
  // Ollama writes null for an empty list.
  if (list === null) return [];
  if (!Array.isArray(list)) return undefined;
  const items: T[] = [];
  for (const item of list) {
    const known = isObject(item) ? read(item) : undefined;
    if (known !== undefined) items.push(known);
    if (items.length === maxModels) break;
  }
  return items;
}

export function textOf(json: unknown, key: string): string | undefined {
  const value = isObject(json) ? json[key] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What can be the name of a model: nobody asks for one of a page, or of characters that steer a terminal. */
function nameOf(item: Json, key: string): string | undefined {
  const name = textOf(item, key);
  return name !== undefined && name.length <= maxNameLength && !/\p{Cc}/u.test(name) ? name : undefined;
}

/** An entry of Ollama's `/api/tags` or `/api/ps`. */
export function ollamaModel(item: Json): ModelInfo | undefined {
  const name = nameOf(item, "name") ?? nameOf(item, "model");
  if (name === undefined) return undefined;
  return {
    name,
    sizeBytes: numberOf(item, "size"),
    modifiedAt: textOf(item, "modified_at"),
    digest: textOf(item, "digest"),
    details: isObject(item.details) ? { ...item.details } : undefined,
    remoteHost: textOf(item, "remote_host"),
    remoteModel: textOf(item, "remote_model"),
  };
}

/** An entry of OpenAI's `/v1/models`; the length of the context stands there under several names. */
export function openaiModel(item: Json): ModelInfo | undefined {
  const name = nameOf(item, "id");
  if (name === undefined) return undefined;
  const created = numberOf(item, "created");
  return {
    name,
    modifiedAt: created ? isoTime(created * 1000) : undefined,
    contextLength: numberOf(item, "context_length") ?? numberOf(item, "context_window") ??
      numberOf(item, "max_model_len"),
  };
}

/** Not every server counts in seconds: what gives no date gives none, and is no reason to refuse the list. */
function isoTime(ms: number): string | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function numberOf(json: Json, key: string): number | undefined {
  const value = json[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
