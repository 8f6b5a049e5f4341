import type { Context } from "@hono/hono";
import { attemptsHeader } from "../broker/request_record.ts";
import { messageOf } from "../core/errors.ts";
import { parseSince } from "../core/parse_since.ts";
import type { RunningRequest } from "../state/running_requests.ts";
import type { UsageRange } from "../state/usage.ts";
import type { HttpContext } from "./context.ts";
import { controlError } from "./error_response.ts";
import type { Route } from "./route_table.ts";

const defaults = { since: "7d", buckets: 60, limit: 50 };
const most = { buckets: 1_000, limit: 500 };
const yearMs = 366 * 86_400_000;
/** A range is no longer: rows are kept for ten years at most. */
const longestRangeMs = 11 * yearMs;

/** The record of use and the requests in flight, in the control API. */
export function usageRoutes(context: HttpContext): Route[] {
  return [
    { path: "/control/v1/usage", methods: { GET: (c) => usage(context, c), DELETE: (c) => deleteUsage(context, c) } },
    { path: "/control/v1/requests", methods: { GET: (c) => requests(context, c) } },
  ];
}

async function usage(context: HttpContext, c: Context): Promise<Response> {
  const range = rangeOf(c, context.clock.now());
  if (typeof range === "string") return controlError(400, range);
  const buckets = count(c.req.query("buckets"), defaults.buckets, most.buckets);
  if (buckets === undefined) return controlError(400, `buckets must be a whole number from 1 to ${most.buckets}`);
  const summary = await context.usage.summary(range);
  const series = await context.usage.series({ ...range, buckets });
  const isRecorded = context.config().usage.record;
  return c.json({ recording: isRecorded, problem: context.usage.problem(), summary, series });
}

async function requests(context: HttpContext, c: Context): Promise<Response> {
  const limit = count(c.req.query("limit"), defaults.limit, most.limit);
  if (limit === undefined) return controlError(400, `limit must be a whole number from 1 to ${most.limit}`);
  const before = count(c.req.query("before"), Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (before === undefined) return controlError(400, "before must be the id of a request, as this path lists them");
  const recent = await context.usage.recent({ limit, before });
  const running = context.running.list().map(shown);
  return c.json({ problem: context.usage.problem(), running, recent });
}

async function deleteUsage(context: HttpContext, c: Context): Promise<Response> {
  try {
    await context.usage.clear();
  } catch (error) {
    return controlError(503, `The record of use cannot be deleted: ${messageOf(error)}`);
  }
  return c.json({ deleted: true });
}

function shown({ startedAt, attempts, ...request }: RunningRequest) {
  return { ...request, startedAt: new Date(startedAt).toISOString(), attempts: attemptsHeader(attempts) };
}

/** The range that is asked for, or what is wrong with it. */
function rangeOf(c: Context, now: number): UsageRange | string {
  const parsed = (name: "since" | "until", otherwise: string) => {
    const text = c.req.query(name);
    return text === undefined ? parseSince(otherwise, now) : parseSince(text, now);
  };
  const form = "a time such as 2026-01-05 or 2026-01-05T14:00:00Z, or how long ago, such as 90m, 24h, 7d or 4w";
  const since = parsed("since", defaults.since);
  // To the end of this millisecond.
  const until = c.req.query("until") === undefined ? now + 1 : parsed("until", "0m");
  if (since === undefined) return `since must be ${form}`;
  if (until === undefined) return `until must be ${form}`;
  if (since >= until) return "since must be before until";
  if (until - since > longestRangeMs) return "since must be at most eleven years before until";
  return { since, until };
}

/** A whole number from 1; `undefined` when it is none. */
function count(text: string | undefined, otherwise: number, most: number): number | undefined {
  if (text === undefined) return otherwise;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return number >= 1 && number <= most ? number : undefined;
}
