import type { Clock } from "../core/clock.ts";
import { BackendFailure, messageOf } from "../core/errors.ts";
import type { Usage } from "../core/types.ts";
import type { Answer, SendOptions } from "../broker/backend.ts";
import { checkJsonSize } from "../protocol/json_size.ts";
import type { FrameInfo, FrameReader, ModelRequest, Translation } from "../protocol/types.ts";
import { boundedBody } from "./bounded_body.ts";
import { RelayedStream } from "./relayed_stream.ts";
import type { Transport } from "./transport.ts";

/** One model request to one backend, ready to send, and how its answer is read. */
export interface Exchange {
  backend: string;
  transport: Transport;
  url: string;
  body: Uint8Array<ArrayBuffer> | string;
  /** Reads the backend's stream, in the backend's dialect. */
  frames: () => FrameReader;
  /** Reads the backend's whole answer, in the backend's dialect. */
  inspect: (json: unknown) => FrameInfo;
  /** Set where the client speaks the other dialect. */
  translation?: Translation;
  /** Whether the backend streams in server-sent events. */
  isEventStream: boolean;
  /** Content type of the client's stream. */
  streamType: string;
  missingEnd: string;
  /** Whether token counts that a stream tells by themselves are kept from the client, who did not ask for them. */
  hidesUsage?: boolean;
  idleMs: number;
  clock: Clock;
}

/** Largest whole answer that is kept, in bytes. */
const maxAnswerBytes = 67_108_864;
/**
 * Embeddings of 4,096 figures for a thousand texts. So many figures are parsed in a tenth of a second, as many objects in
 * about one, during which nobody else is served.
 */
const answerLimits = { values: 4_000_000, depth: 1_000 };

/** Sends it, and resolves at the first byte of content, in the client's dialect. See {@linkcode Backend.send}. */
export async function exchange(plan: Exchange, request: ModelRequest, { signal }: SendOptions): Promise<Answer> {
  const response = await plan.transport.sendOk({
    method: "POST",
    url: plan.url,
    headers: { "content-type": "application/json" },
    body: plan.body,
    signal,
    once: request.class === "bound",
  });
  try {
    return request.stream ? await streamed(plan, response, signal) : await whole(plan, response, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    response.body?.cancel().catch(() => {});
    throw error;
  }
}

/** Some OpenAI-compatible servers tell an error to a streaming request as one JSON object, with status 200. */
async function refuseWholeJson(plan: Exchange, response: Response, signal: AbortSignal): Promise<void> {
  if (!plan.isEventStream || !response.headers.get("content-type")?.startsWith("application/json")) return;
  await whole(plan, response, signal);
  throw malformed(plan, "it is one JSON object where a stream was asked for");
}

async function streamed(plan: Exchange, response: Response, signal: AbortSignal): Promise<Answer> {
  const { backend, missingEnd, hidesUsage, idleMs, clock, translation } = plan;
  await refuseWholeJson(plan, response, signal);
  if (!response.body) throw plan.transport.failure(`${backend} gave no body`, { phase: "first_byte", reason: "empty" });
  const translator = translation?.stream();
  const rest = new RelayedStream({
    backend,
    body: response.body,
    signal,
    reader: plan.frames(),
    translator,
    missingEnd,
    hidesUsage,
    idleMs,
    clock,
  });
  const first = await rest.first();
  return { status: 200, contentType: plan.streamType, first, rest, usage: {} };
}

async function whole(plan: Exchange, response: Response, signal: AbortSignal): Promise<Answer> {
  const bytes = await wholeBody(plan, response, signal);
  const json = parsed(plan, bytes);
  const info = plan.inspect(json);
  if (info.kind === "error") {
    throw plan.transport.failure(`${plan.backend} reported: ${info.message}`, {
      phase: "first_byte",
      reason: "backend_error",
    });
  }
  if (info.kind === "malformed") throw malformed(plan, "its answer lacks what the dialect demands");
  const contentType = "application/json; charset=utf-8";
  if (!plan.translation) return { status: 200, contentType, first: bytes, usage: info.usage ?? {} };
  const { json: answer, usage } = translated(plan, plan.translation, json);
  return { status: 200, contentType, first: new TextEncoder().encode(JSON.stringify(answer)), usage };
}

function translated(plan: Exchange, translation: Translation, json: unknown): { json: unknown; usage: Usage } {
  try {
    return translation.answer(json);
  } catch (error) {
    throw malformed(plan, messageOf(error), error);
  }
}

async function wholeBody(
  plan: Exchange,
  response: Response,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const fail = (reason: "incomplete" | "empty", message: string, cause?: unknown) =>
    plan.transport.failure(message, { phase: "first_byte", reason, cause });
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await boundedBody(response, { maxBytes: maxAnswerBytes, signal });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(plan, error);
    throw fail("incomplete", `${plan.backend} broke off its answer: ${messageOf(error)}`, error);
  }
  if (bytes.byteLength === 0) throw fail("empty", `${plan.backend} gave an empty answer`);
  return bytes;
}

function parsed(plan: Exchange, bytes: Uint8Array<ArrayBuffer>): unknown {
  try {
    checkJsonSize(bytes, answerLimits);
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(plan, error);
    throw malformed(plan, "its answer is not JSON", error);
  }
}

function tooLarge(plan: Exchange, cause: RangeError): BackendFailure {
  const message = `${plan.backend} sent too large an answer: ${cause.message}`;
  return plan.transport.failure(message, { phase: "first_byte", reason: "too_large", cause });
}

function malformed(plan: Exchange, why: string, cause?: unknown): BackendFailure {
  const message = `${plan.backend} sent a broken answer: ${why}`;
  return plan.transport.failure(message, { phase: "first_byte", reason: "malformed", cause });
}
