import { type Delivery, sentBytes, type Step } from "./delivery.ts";
import type { Fault } from "./fault.ts";

const forever = new Promise<never>(() => {});
const heartbeatMs = 5;

/** The delivery as the fault changes it; faults that act before the head leave it alone. Pure. */
export function applyFault(delivery: Delivery, fault: Fault): Delivery {
  const { phrases } = delivery;
  switch (fault.kind) {
    case "late_first_byte":
      return { ...delivery, hold: fault.until };
    case "silent":
      return { ...delivery, hold: fault.until ?? forever };
    case "status":
      return whole(fault.status, fault.body ?? phrases.errorBody(fault.status, `Scripted failure ${fault.status}`), {
        ...delivery,
        headers: contentTypeFirst(Object.entries(fault.headers ?? {})),
      });
    case "redirect":
      return whole(fault.status ?? 307, "", { ...delivery, headers: [["Location", fault.location]] });
    case "headers":
      return { ...delivery, headers: [...delivery.headers, ...fault.headers] };
    case "duplicate_headers":
      return { ...delivery, headers: [...delivery.headers, ...delivery.headers, ...cookies] };
    case "huge_header":
      return { ...delivery, headers: [...delivery.headers, ["X-Huge", "x".repeat(fault.bytes ?? 1_048_576)]] };
    case "wrong_length": {
      const bytes = sentBytes(delivery);
      return { ...delivery, announcedBytes: fault.announced === "longer" ? bytes + 7 : Math.max(0, bytes - 7) };
    }
    case "split":
      return { ...delivery, chunked: true, sizes: typeof fault.sizes === "number" ? [fault.sizes] : fault.sizes };
    default:
      return { ...delivery, ...changeBody(delivery, fault) };
  }
}

function changeBody(delivery: Delivery, fault: Fault): Partial<Delivery> {
  const { phrases, steps } = delivery;
  switch (fault.kind) {
    case "headers_then_silence":
      return { chunked: true, steps: [{ kind: "wait", until: fault.until ?? forever }, ...steps] };
    case "comments_only": {
      const beat: Step = { kind: "beat", until: fault.until ?? forever, everyMs: fault.everyMs ?? heartbeatMs };
      return { chunked: true, steps: [beat, ...steps] };
    }
    case "done_first":
      return { steps: [frame(phrases.terminal, "terminal")] };
    case "empty_body":
      return { chunked: false, steps: [] };
    case "first_event_error":
      return { steps: [frame(phrases.error(fault.message ?? "Scripted error in the first event"))] };
    case "malformed_json":
      return { steps: [frame(phrases.broken)] };
    case "whole_malformed":
      return { chunked: false, steps: splitAt({ ...delivery, stream: false }, 0).before };
    case "long_line":
      return { steps: [frame(phrases.content("x".repeat(fault.bytes ?? 8 * 1_048_576)), "content"), ...steps] };
    case "crlf":
      return { steps: steps.map((step) => step.kind === "frame" ? frame(withCrlf(step.text), step.role) : step) };
    case "broken_event_at":
      return { steps: replaceFrame(steps, fault.frame, frame(phrases.broken)) };
    case "slow_tokens":
      return { steps: withGates(steps, fault.gates) };
    default:
      return changeMiddle(delivery, fault);
  }
}

function changeMiddle(delivery: Delivery, fault: Fault): Partial<Delivery> {
  if (!("frames" in fault)) return {};
  const { before, after } = splitAt(delivery, fault.frames);
  switch (fault.kind) {
    case "drop_after":
      return { announcedBytes: announced(delivery), steps: [...before, { kind: "cut" }] };
    case "end_without_terminal":
      return { steps: before };
    case "error_line_after": {
      const error = frame(delivery.phrases.error(fault.message ?? "Scripted error in the stream"));
      return { steps: delivery.stream ? [...before, error] : [error] };
    }
    case "stall_after":
      return { steps: [...before, { kind: "wait", until: fault.until }, ...after] };
    case "heartbeats_after": {
      const beat: Step = { kind: "beat", until: fault.until, everyMs: fault.everyMs ?? heartbeatMs };
      // Inside a whole JSON body a heartbeat could land in a string, so there it comes before the body.
      return { chunked: true, steps: delivery.stream ? [...before, beat, ...after] : [beat, ...before, ...after] };
    }
  }
}

const cookies: [string, string][] = [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]];

function frame(text: string, role: "lead" | "content" | "terminal" = "lead"): Step {
  return { kind: "frame", role, text };
}

/** A whole answer that says how long it is, so that a cut is a truncation. */
function announced(delivery: Delivery): number | undefined {
  return delivery.stream ? delivery.announcedBytes : sentBytes(delivery);
}

function whole(status: number, body: string, delivery: Delivery): Delivery {
  return { ...delivery, status, stream: false, chunked: false, steps: [frame(body)] };
}

function contentTypeFirst(headers: [string, string][]): [string, string][] {
  const hasType = headers.some(([name]) => name.toLowerCase() === "content-type");
  return hasType ? headers : [["Content-Type", "application/json"], ...headers];
}

function withCrlf(text: string): string {
  return text.replaceAll(/\r?\n/g, "\r\n");
}

/** The steps before and from the frame with index `frames`; of a whole body, its two halves. */
function splitAt(delivery: Delivery, frames: number): { before: Step[]; after: Step[] } {
  if (!delivery.stream) {
    const text = delivery.steps.map((step) => step.kind === "frame" ? step.text : "").join("");
    const middle = Math.floor(text.length / 2);
    // Half of a surrogate pair cannot be written.
    const half = /[\uDC00-\uDFFF]/.test(text[middle] ?? "") ? middle - 1 : middle;
    return { before: [frame(text.slice(0, half))], after: [frame(text.slice(half))] };
  }
  let seen = 0;
  const index = delivery.steps.findIndex((step) => step.kind === "frame" && seen++ === frames);
  const at = index < 0 ? delivery.steps.length : index;
  return { before: delivery.steps.slice(0, at), after: delivery.steps.slice(at) };
}

function replaceFrame(steps: Step[], index: number, replacement: Step): Step[] {
  let seen = 0;
  return steps.map((step) => step.kind === "frame" && seen++ === index ? replacement : step);
}

function withGates(steps: Step[], gates: readonly Promise<unknown>[]): Step[] {
  let token = 0;
  return steps.flatMap((step): Step[] => {
    const gate = step.kind === "frame" && step.role === "content" ? gates[token++] : undefined;
    return gate ? [{ kind: "wait", until: gate }, step] : [step];
  });
}
