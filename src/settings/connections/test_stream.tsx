import { ServerSentEventStream } from "@std/http/server-sent-event-stream";
import type { ServerSentEventMessage } from "@std/http/server-sent-event-stream";
import type { Child } from "@hono/hono/jsx";
import { messageOf } from "../../core/errors.ts";
import type { ConnectionTest, TestStep } from "../../state/connection_report.ts";
import { StepItem, Verdict } from "./test_steps.tsx";

/** Runs a connection test, telling each step as soon as it is over. */
export type RunTest = (signal: AbortSignal, onStep: (step: TestStep) => void) => Promise<ConnectionTest | undefined>;

/** A test as server-sent events: `step` with a list item for each, then `verdict`. Leaving the page ends the test. */
export function streamTest(run: RunTest, pageLeft: AbortSignal): Response {
  const leave = new AbortController();
  const signal = AbortSignal.any([leave.signal, pageLeft]);
  const events = new ReadableStream<ServerSentEventMessage>({
    async start(controller) {
      const send = (event: string, html: Child) => {
        // Nothing in them waits.
        if (!signal.aborted) controller.enqueue({ event, data: JSON.stringify(String(html)) });
      };
      try {
        const result = await run(signal, (step) => send("step", <StepItem step={step} />));
        send("verdict", result ? <Verdict ok={result.ok} /> : <p class="verdict failed">It was removed meanwhile.</p>);
      } catch (error) {
        send("verdict", <p class="verdict failed">{messageOf(error)}.</p>);
      }
      if (!signal.aborted) controller.close();
    },
    cancel: () => leave.abort(),
  });
  const body = events.pipeThrough(new ServerSentEventStream());
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** Whether a script asks, which shows the steps as they run. */
export function wantsStream(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/event-stream") ?? false;
}
