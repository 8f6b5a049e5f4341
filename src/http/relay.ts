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
  /** Takes secrets out of what a backend said. */
  redact: (text: string) => string;
  /** Called once, however the answer ends; must end the upstream request. */
  onEnd: (end: RelayEnd) => void;
}

const encoder = new TextEncoder();

/**
 * The rest of a started answer for the client, read from the backend only as fast as the client takes it. A break
 * becomes the dialect's own error at the end of the stream, for an answer must never look complete when it is not.
 */
export function relay(
  first: Uint8Array<ArrayBuffer>,
  rest: AnswerStream,
  { dialect, clientGone, stopped, redact, onEnd }: RelayOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let ended = false;
  const end = (outcome: RelayEnd["outcome"], failure?: BackendFailure) => {
    if (ended) return;
    ended = true;
    rest.cancel();
    onEnd({ outcome, usage: rest.usage(), failure });
  };
  return new ReadableStream({
    start(controller) {
      controller.enqueue(first);
    },
    async pull(controller) {
      try {
        const bytes = await rest.next();
        if (bytes) return controller.enqueue(bytes);
        end("ok");
      } catch (error) {
        if (clientGone.aborted) return end("cancelled");
        const failure = stopped.aborted ? undefined : asFailure(error);
        const words = failure
          ? redact(brokenAnswerWords(failure))
          : "The broker is shutting down; the answer is not complete";
        controller.enqueue(encoder.encode(dialectErrors[dialect].streamError(words)));
        end("incomplete", failure);
      }
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
