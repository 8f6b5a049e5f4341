import type { Clock } from "../core/clock.ts";
import { BackendFailure, messageOf } from "../core/errors.ts";
import type { Dialect, Usage } from "../core/types.ts";
import type { AnswerStream } from "../broker/backend.ts";
import { brokenAnswerWords, dialectErrors } from "./error_response.ts";

/** How a relayed answer ended. */
export interface RelayEnd {
  outcome: "ok" | "incomplete" | "cancelled";
  usage: Usage;
  /** Why it is incomplete. */
  failure?: BackendFailure;
}

export interface RelayOptions {
  dialect: Dialect;
  /** Aborted when the client has left. */
  clientGone: AbortSignal;
  /** Aborted when the daemon stops: the answer ends with an error. */
  stopped: AbortSignal;
  clock: Clock;
  /** How long the client may take none of the bytes that wait for it; `null`: for as long as it likes. */
  writeStallMs: number | null;
  /** Takes secrets out of what a backend said. */
  redact: (text: string) => string;
  /** Called once, however the answer ends; must end the upstream request. */
  onEnd: (end: RelayEnd) => void;
}

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/**
 * The rest of a started answer for the client, read from the backend only as fast as the client takes it. A break
 * becomes the dialect's own error at the end of the stream, for an answer must never look complete when it is not. A
 * client that reads nothing for `writeStallMs` is taken to have left.
 */
export function relay(
  first: Bytes,
  rest: AnswerStream,
  { dialect, clientGone, stopped, clock, writeStallMs, redact, onEnd }: RelayOptions,
): ReadableStream<Bytes> {
  let ended = false;
  let cancelStall = () => {};
  const end = (outcome: RelayEnd["outcome"], failure?: BackendFailure) => {
    if (ended) return;
    ended = true;
    cancelStall();
    rest.cancel();
    onEnd({ outcome, usage: rest.usage(), failure });
  };
  const finish = (controller: ReadableStreamDefaultController<Bytes>, words: string) => {
    controller.enqueue(encoder.encode(dialectErrors[dialect].streamError(words)));
    controller.close();
  };
  const offer = (controller: ReadableStreamDefaultController<Bytes>, bytes: Bytes) => {
    controller.enqueue(bytes);
    if (writeStallMs === null) return;
    cancelStall = clock.after(writeStallMs, () => {
      end("cancelled");
      finish(controller, `Nothing of the answer was read for ${writeStallMs} ms; it is not complete`);
    });
  };
  const words = (failure: BackendFailure | undefined) =>
    failure ? redact(brokenAnswerWords(failure)) : "The broker is shutting down; the answer is not complete";
  return new ReadableStream({
    start(controller) {
      offer(controller, first);
    },
    async pull(controller) {
      cancelStall();
      let bytes: Bytes | undefined;
      try {
        bytes = await rest.next();
      } catch (error) {
        if (ended) return;
        if (clientGone.aborted) return end("cancelled");
        const failure = stopped.aborted ? undefined : asFailure(error);
        // First of all, so that nothing that throws can leave the request counted as running.
        end("incomplete", failure);
        return finish(controller, words(failure));
      }
      // It was cancelled meanwhile, and takes no more.
      if (ended) return;
      if (bytes) return offer(controller, bytes);
      end("ok");
      controller.close();
    },
    cancel() {
      end("cancelled");
    },
  }, { highWaterMark: 0 });
}

function asFailure(error: unknown): BackendFailure {
  if (error instanceof BackendFailure) return error;
  const options = { backend: "broker", phase: "streaming", reason: "malformed", cause: error } as const;
  return new BackendFailure(`The broker could not relay it: ${messageOf(error)}`, options);
}
