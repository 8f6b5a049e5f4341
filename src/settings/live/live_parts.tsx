import { ServerSentEventStream } from "@std/http/server-sent-event-stream";
import type { ServerSentEventMessage } from "@std/http/server-sent-event-stream";
import type { Child } from "@hono/hono/jsx";
import { messageOf } from "../../core/errors.ts";
import type { SettingsContext } from "../context.ts";
import { rendered } from "../rendered.ts";
import type { PageContext } from "../section.ts";
import { StatePill } from "../state_pill.tsx";

/** Changes within this time are shown as one, in ms. */
const gatherMs = 200;
/** Also what changes by time alone (how long ago, how long still) is shown anew so often, in ms. */
const tickMs = 5_000;

/** Parts of a page by the id of their element, drawn anew. */
export type Parts = Record<string, Child>;

export interface LiveOptions {
  /** Draws the parts as they are now. */
  render: () => Parts | Promise<Parts>;
  /** Calls `changed` when something beside the state has; gives what ends that. */
  follow?: (changed: () => void) => () => void;
}

/**
 * The page's live parts as server-sent events: `part` with `{"id", "html"}` for each part that differs from what was
 * sent last, and first of all `daemon` with the id of this run. The same components draw the page and its parts. Ends
 * with the daemon, with the session, or when the page is left; a browser that reads slowly gets the newest when it reads on.
 */
export function liveParts(c: PageContext, context: SettingsContext, options: LiveOptions): Response {
  const stream = partsStream(context, options, c.req.raw.signal).pipeThrough(new ServerSentEventStream());
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

function partsStream(
  context: SettingsContext,
  { render, follow = () => () => {} }: LiveOptions,
  pageLeft: AbortSignal,
): ReadableStream<ServerSentEventMessage> {
  const { clock, store, stopping, log } = context;
  const last = new Map<string, string>();
  let cancelTimer = () => {};
  let dueAt = Infinity;
  let isDrawing = false;
  let stop = () => {};

  return new ReadableStream({
    start(controller) {
      const wakeIn = (ms: number) => {
        const at = clock.monotonic() + ms;
        if (at >= dueAt) return;
        cancelTimer();
        dueAt = at;
        cancelTimer = clock.after(ms, draw);
      };
      const draw = async () => {
        dueAt = Infinity;
        if (isDrawing || controller.desiredSize! <= 0) return wakeIn(gatherMs);
        isDrawing = true;
        try {
          for (
            const message of await changedParts(last, {
              "state-pill": <StatePill report={context.status()} />,
              ...await render(),
            })
          ) {
            if (!isOver) controller.enqueue(message);
          }
        } catch (error) {
          log.warn("The settings page cannot show what changed", { error: messageOf(error) });
        } finally {
          isDrawing = false;
        }
        if (!isOver) wakeIn(tickMs);
      };
      let isOver = false;
      const changed = () => wakeIn(gatherMs);
      const unfollow = [store.subscribe(changed), follow(changed)];
      const end = () => {
        if (isOver) return;
        stop();
        controller.close();
      };
      stop = () => {
        isOver = true;
        cancelTimer();
        for (const one of unfollow) one();
        stopping.removeEventListener("abort", end);
        pageLeft.removeEventListener("abort", end);
      };
      stopping.addEventListener("abort", end);
      pageLeft.addEventListener("abort", end);
      controller.enqueue({ event: "daemon", data: `${context.status().pid}-${context.startedAt}` });
      wakeIn(0);
      if (stopping.aborted) end();
    },
    cancel: () => stop(),
  }, { highWaterMark: 16 });
}

async function changedParts(last: Map<string, string>, parts: Parts): Promise<ServerSentEventMessage[]> {
  const messages: ServerSentEventMessage[] = [];
  for (const [id, part] of Object.entries(parts)) {
    const html = await rendered(part);
    if (last.get(id) === html) continue;
    last.set(id, html);
    messages.push({ event: "part", data: JSON.stringify({ id, html }) });
  }
  return messages;
}
