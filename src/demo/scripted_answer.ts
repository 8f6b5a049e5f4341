import type { Clock } from "../core/clock.ts";
import type { Delivery, FrameRole, Phrases, Step } from "./delivery.ts";
import type { Json } from "./json_body.ts";
import type { ModelShelf } from "./model_shelf.ts";

/** A request as a dialect's script sees it. */
export interface ScriptedRequest {
  method: string;
  /** Without the prefix of the dialect and without the query. */
  path: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** The body as a JSON object; empty when it is none. */
  json: Json;
}

/** What a dialect's script answers from. */
export interface ScriptContext {
  /** The server's name, which goes into the answers. */
  name: string;
  version: string;
  shelf: ModelShelf;
  clock: Clock;
  /** OpenAI: fragments of parallel tool calls alternate and carry no id. */
  mixToolFragments: boolean;
  /** OpenAI: usage is streamed although nobody asked. */
  alwaysUsage: boolean;
}

type FrameSpec = readonly [role: FrameRole, text: string];

export function jsonAnswer(json: unknown, phrases: Phrases, status = 200): Delivery {
  return textAnswer(JSON.stringify(json), phrases, { status, contentType: "application/json; charset=utf-8" });
}

export function textAnswer(
  text: string,
  phrases: Phrases,
  options: { status: number; contentType: string },
): Delivery {
  const steps: Step[] = [{ kind: "frame", role: "content", text }];
  return { status: options.status, headers: [["Content-Type", options.contentType]], stream: false, steps, phrases };
}

export function errorAnswer(status: number, message: string, phrases: Phrases): Delivery {
  return textAnswer(phrases.errorBody(status, message), phrases, { status, contentType: "application/json" });
}

export function streamAnswer(frames: readonly FrameSpec[], phrases: Phrases, contentType: string): Delivery {
  const steps = frames.map(([role, text]): Step => ({ kind: "frame", role, text }));
  return { status: 200, headers: [["Content-Type", contentType]], stream: true, steps, phrases };
}
