import { type Clock, sleep } from "../core/clock.ts";
import type { Gate } from "./fault.ts";
import type { Exchange } from "./http_wire.ts";

/** What the server does next while it sends a body. */
export type Step =
  | { kind: "frame"; role: FrameRole; text: string }
  | { kind: "wait"; until: Gate }
  | { kind: "pause"; ms: number }
  /** Heartbeats every `everyMs` until the gate opens. */
  | { kind: "beat"; until: Gate; everyMs: number }
  /** The connection ends here, the body unfinished. */
  | { kind: "cut" };

/** `content` carries part of the answer; `lead` what surrounds it; `terminal` is the dialect's end marker. */
export type FrameRole = "lead" | "content" | "terminal";

/** How a dialect says what faults make it say. */
export interface Phrases {
  heartbeat: string;
  content(text: string): string;
  /** An error as a frame, or as a whole body on HTTP 200. */
  error(message: string): string;
  /** The body of an answer with an error status. */
  errorBody(status: number, message: string): string;
  terminal: string;
  broken: string;
}

/** An answer as it will go over the wire; faults are changes to it. */
export interface Delivery {
  status: number;
  headers: [name: string, value: string][];
  /** Whether it is a stream of frames; else one frame is the whole body. */
  stream: boolean;
  /** Whether the body is sent in HTTP chunks and not with a Content-Length; a stream is, unless said otherwise. */
  chunked?: boolean;
  /** Announces this in place of the real length, and a Content-Length even for a stream. */
  announcedBytes?: number;
  /** Nothing is sent before this. */
  hold?: Gate;
  steps: Step[];
  /** Sizes of the HTTP chunks, in turn; one a frame when absent. */
  sizes?: readonly number[];
  phrases: Phrases;
}

const encoder = new TextEncoder();

const reasons: Record<number, string> = {
  200: "OK",
  201: "Created",
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

/** Sends an answer, faults and all. Ends early when the client leaves or the server cuts the connection. */
export async function deliver(delivery: Delivery, exchange: Exchange, clock: Clock): Promise<void> {
  const { over } = exchange;
  if (delivery.hold) await raceWithEnd(delivery.hold, over);
  if (over.aborted) return;
  const length = delivery.announcedBytes ?? ((delivery.chunked ?? delivery.stream) ? undefined : sentBytes(delivery));
  const head = renderHead(delivery, length, clock);
  if (exchange.method === "HEAD") {
    await exchange.write(head);
    return exchange.finish({ keepAlive: true });
  }
  if (length !== undefined && delivery.steps.every((step) => step.kind === "frame")) {
    await exchange.write(head + delivery.steps.map((step) => step.kind === "frame" ? step.text : "").join(""));
  } else {
    await exchange.write(head);
    await sendBody(delivery, { exchange, clock, chunked: length === undefined, signal: over });
  }
  if (!over.aborted) exchange.finish({ keepAlive: delivery.announcedBytes === undefined });
}

function renderHead(delivery: Delivery, length: number | undefined, clock: Clock): string {
  const { status } = delivery;
  let head = `HTTP/1.1 ${status} ${reasons[status] ?? "Status"}\r\nDate: ${new Date(clock.now()).toUTCString()}\r\n`;
  for (const [name, value] of delivery.headers) head += `${name}: ${value}\r\n`;
  return head + (length === undefined ? "Transfer-Encoding: chunked\r\n\r\n" : `Content-Length: ${length}\r\n\r\n`);
}

/** Bytes of all frames: what a truthful Content-Length says. */
export function sentBytes(delivery: Delivery): number {
  return delivery.steps.reduce(
    (sum, step) => step.kind === "frame" ? sum + encoder.encode(step.text).length : sum,
    0,
  );
}

interface Sending {
  exchange: Exchange;
  clock: Clock;
  chunked: boolean;
  signal: AbortSignal;
}

async function sendBody(delivery: Delivery, sending: Sending): Promise<void> {
  const { exchange, clock, signal } = sending;
  const send = (bytes: Uint8Array) => exchange.write(sending.chunked ? chunk(bytes) : bytes);
  for (const step of delivery.sizes ? joinFrames(delivery.steps) : delivery.steps) {
    if (signal.aborted) return;
    if (step.kind === "frame") {
      for (const part of slices(encoder.encode(step.text), delivery.sizes)) await send(part);
    } else if (step.kind === "wait") await raceWithEnd(step.until, signal);
    else if (step.kind === "pause") await sleep(step.ms, { clock, signal }).catch(() => {});
    else if (step.kind === "beat") await beat(step, { send, clock, signal, text: delivery.phrases.heartbeat });
    else return exchange.cut();
  }
  if (sending.chunked && !signal.aborted) await exchange.write("0\r\n\r\n");
}

async function beat(
  step: { until: Gate; everyMs: number },
  options: { send: (bytes: Uint8Array) => Promise<void>; clock: Clock; signal: AbortSignal; text: string },
): Promise<void> {
  const { clock, send } = options;
  const bytes = encoder.encode(options.text);
  const opened = new AbortController();
  void step.until.then(() => opened.abort());
  const signal = AbortSignal.any([opened.signal, options.signal]);
  while (!signal.aborted) {
    await send(bytes);
    await sleep(step.everyMs, { clock, signal }).catch(() => {});
  }
}

function chunk(bytes: Uint8Array): Uint8Array {
  const head = encoder.encode(`${bytes.length.toString(16)}\r\n`);
  const framed = new Uint8Array(head.length + bytes.length + 2);
  framed.set(head);
  framed.set(bytes, head.length);
  framed.set([13, 10], head.length + bytes.length);
  return framed;
}

function* slices(bytes: Uint8Array, sizes: readonly number[] | undefined): Generator<Uint8Array> {
  if (!sizes) return yield bytes;
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Neighbouring frames as one, so that slices also cross the borders between frames. */
function joinFrames(steps: readonly Step[]): Step[] {
  const joined: Step[] = [];
  for (const step of steps) {
    const last = joined.at(-1);
    if (step.kind === "frame" && last?.kind === "frame") {
      joined[joined.length - 1] = { ...last, text: last.text + step.text };
    } else joined.push(step);
  }
  return joined;
}

/** Waits for a gate, or for the end of the connection. */
export async function raceWithEnd(gate: Gate, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  await Promise.race([gate, promise]);
  signal.removeEventListener("abort", onAbort);
}
