import type { Context } from "@hono/hono";
import type { ServerSentEventMessage } from "@std/http/server-sent-event-stream";
import { ServerSentEventStream } from "@std/http/server-sent-event-stream";
import { followed } from "../core/followed.ts";
import type { HttpContext } from "./context.ts";
import type { Route } from "./route_table.ts";

/** The last lines of the log, secrets removed. */
export function logRoutes(context: HttpContext): Route[] {
  return [{ path: "/control/v1/logs", methods: { GET: (c) => logs(context, c) } }];
}

/** As text; with `?follow=1` as SSE, one `line` an event, those that are kept first. */
function logs(context: HttpContext, c: Context): Response {
  const { recentLog, stopping } = context;
  if (c.req.query("follow") === undefined) return c.text(recentLog.text);
  const lines = followed<string>((offer) => {
    for (const line of recentLog.lines) offer(line);
    return recentLog.subscribe(offer);
  }, { signals: [c.req.raw.signal, stopping] });
  const events = lines.pipeThrough(
    new TransformStream<string, ServerSentEventMessage>({
      transform: (line, controller) => controller.enqueue({ event: "line", data: line.trimEnd() }),
    }),
  ).pipeThrough(new ServerSentEventStream());
  return new Response(events, { headers: { "content-type": "text/event-stream" } });
}
