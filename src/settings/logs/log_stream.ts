import type { ServerSentEventMessage } from "@std/http/server-sent-event-stream";
import { ServerSentEventStream } from "@std/http/server-sent-event-stream";
import { followed } from "../../core/followed.ts";
import type { SettingsContext } from "../context.ts";
import type { PageContext } from "../section.ts";
import { type NumberedLine, numberedLine } from "./log_line.ts";

/** The lines that are kept, oldest first. */
export function keptLines({ recentLog }: Pick<SettingsContext, "recentLog">): NumberedLine[] {
  const { lines, end } = recentLog;
  return lines.map((text, index) => numberedLine(end - lines.length + index + 1, text));
}

/** Names a line among those of all runs of the daemon. */
export function placeOf(n: number, { status, startedAt }: Pick<SettingsContext, "status" | "startedAt">): string {
  return `${status().pid}-${startedAt}.${n}`;
}

/**
 * The log as server-sent events, one line an event, from behind the place that the browser had read to (its last event,
 * or `?after=`), or from the first that is kept. Where a browser reads too slowly, numbers are missing.
 */
export function logStream(c: PageContext, context: SettingsContext): Response {
  const { recentLog, stopping } = context;
  const read = numberAfter(c.req.header("last-event-id") ?? c.req.query("after"), context);
  const lines = followed<NumberedLine>((offer) => {
    for (const line of keptLines(context)) if (line.n > read) offer(line);
    return recentLog.subscribe((text) => offer(numberedLine(recentLog.end, text)));
  }, { signals: [c.req.raw.signal, stopping] });
  const events = lines.pipeThrough(
    new TransformStream<NumberedLine, ServerSentEventMessage>({
      transform: (line, controller) => controller.enqueue({ id: placeOf(line.n, context), data: JSON.stringify(line) }),
    }),
  ).pipeThrough(new ServerSentEventStream());
  return new Response(events, { headers: { "content-type": "text/event-stream" } });
}

/** Zero where the place is of another run, or none. */
function numberAfter(place: string | undefined, context: Pick<SettingsContext, "status" | "startedAt">): number {
  const n = Number(/\.(\d+)$/.exec(place ?? "")?.[1] ?? 0);
  return place === placeOf(n, context) ? n : 0;
}
