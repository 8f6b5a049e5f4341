import type { ServerSentEventMessage } from "@std/http/server-sent-event-stream";
import type { HttpContext } from "./context.ts";

/** Changes within this time are told as one. */
const gatherMs = 100;

/** `status` events: one at once, then one after each change that a status report shows. Ends with the daemon. */
export function statusEvents(context: HttpContext, clientGone: AbortSignal): ReadableStream<ServerSentEventMessage> {
  let close = () => {};
  return new ReadableStream({
    start(controller) {
      let last = "";
      let cancelTimer: (() => void) | undefined;
      const send = () => {
        cancelTimer = undefined;
        const report = context.status();
        const shown = JSON.stringify({ ...report, uptimeMs: 0 });
        if (shown === last) return;
        last = shown;
        controller.enqueue({ event: "status", data: JSON.stringify(report) });
      };
      const unsubscribe = context.store.subscribe(() => cancelTimer ??= context.clock.after(gatherMs, send));
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
      send();
    },
    cancel: () => close(),
  });
}
