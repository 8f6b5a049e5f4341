import { ServerSentEventStream } from "@std/http/server-sent-event-stream";
import type { ServerSentEventMessage } from "@std/http/server-sent-event-stream";
import { LinkedAbort } from "../core/abort.ts";
import { messageOf } from "../core/errors.ts";
import type { ConnectionTest, TestStep } from "../state/connection_report.ts";
import type { HttpContext } from "./context.ts";

/** Runs a connection test; `undefined`: there is no such backend any more. */
export type RunTest = (
  options: { signal: AbortSignal; onStep: (step: TestStep) => void },
) => Promise<ConnectionTest | undefined>;

/**
 * A connection test as server-sent events: `step` for each step as soon as it is over, then `result` with all of it, or
 * `error` with `{"error": {"message"}}` when it could not be made. The test ends when its client leaves.
 */
export function testEvents(
  { stopped, redact }: Pick<HttpContext, "stopped" | "redact">,
  { run, signal }: { run: RunTest; signal: AbortSignal },
): Response {
  const abort = new LinkedAbort(signal, stopped);
  let isRead = true;
  const stream = new ReadableStream<ServerSentEventMessage>({
    start(controller) {
      const send = (event: string, data: object) => {
        if (isRead) controller.enqueue({ event, data: JSON.stringify(data) });
      };
      const failed = (error: unknown) => send("error", { error: { message: redact(messageOf(error)) } });
      const finish = (result: ConnectionTest | undefined) =>
        result ? send("result", result) : failed(new Error("This backend is not set up any more"));
      const close = () => {
        abort[Symbol.dispose]();
        if (isRead) controller.close();
      };
      const onStep = (step: TestStep) => send("step", step);
      run({ signal: abort.signal, onStep }).then(finish).catch(failed).finally(close);
    },
    cancel() {
      isRead = false;
      abort.abort(new Error("The client has left"));
    },
  });
  const events = stream.pipeThrough(new ServerSentEventStream());
  return new Response(events, { headers: { "content-type": "text/event-stream" } });
}
