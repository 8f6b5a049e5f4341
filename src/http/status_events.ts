import type { ServerSentEventMessage } from "@std/http/server-sent-event-stream";
import type { HttpContext } from "./context.ts";

/** Changes within this time are told as one. */
const gatherMs = 100;

/**
 * `status` events: one at once, then one after each change that a status report shows. Ends with the daemon. A client
 * that reads slowly gets the newest state when it reads on; what came between is left out, so nothing piles up.
 */
export function statusEvents(
  context: Pick<HttpContext, "status" | "store" | "clock" | "stopping">,
  clientGone: AbortSignal,
): ReadableStream<ServerSentEventMessage> {
  let last = "";
  let isLate = false;
  let cancelTimer: (() => void) | undefined;
  let close = () => {};

  const send = (controller: ReadableStreamDefaultController<ServerSentEventMessage>) => {
    cancelTimer = undefined;
    isLate = controller.desiredSize! <= 0;
    if (isLate) return;
    const report = context.status();
    const shown = JSON.stringify({ ...report, uptimeMs: 0 });
    if (shown === last) return;
    last = shown;
    controller.enqueue({ event: "status", data: JSON.stringify(report) });
  };

  return new ReadableStream({
    start(controller) {
      const unsubscribe = context.store.subscribe(() => {
        cancelTimer ??= context.clock.after(gatherMs, () => send(controller));
      });
      const end = () => {
        close();
        controller.close();
      };
      close = () => {
        cancelTimer?.();
        unsubscribe();
        context.stopping.removeEventListener("abort", end);
        clientGone.removeEventListener("abort", close);
      };
      context.stopping.addEventListener("abort", end);
      clientGone.addEventListener("abort", close);
      send(controller);
      if (context.stopping.aborted) end();
    },
    pull(controller) {
      if (isLate) send(controller);
    },
    cancel: () => close(),
  });
}
