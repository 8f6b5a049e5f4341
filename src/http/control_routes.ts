import type { Context, MiddlewareHandler } from "@hono/hono";
import { ServerSentEventStream } from "@std/http/server-sent-event-stream";
import { isLoopback } from "../core/loopback.ts";
import { longestPauseMs, routeModes, shortestPauseMs } from "../core/types.ts";
import { listModels } from "../broker/models.ts";
import { constantTimeEqual } from "./constant_time_equal.ts";
import { type HttpContext, youngListMs } from "./context.ts";
import { controlError } from "./error_response.ts";
import { bearerOf } from "./guard.ts";
import { readBody } from "./read_body.ts";
import type { Route } from "./route_table.ts";
import { statusEvents } from "./status_events.ts";

/** The control API below `/control/v1`, for the command line and apps. Errors are `{"error":{"message"}}`. */
export function controlRoutes(context: HttpContext): Route[] {
  return [
    { path: "/control/v1/status", methods: { GET: (c) => c.json(context.status()) } },
    {
      path: "/control/v1/mode",
      methods: {
        GET: (c) => c.json(modeNow(context)),
        PUT: (c) => setMode(context, c),
      },
    },
    {
      path: "/control/v1/pause",
      methods: {
        GET: (c) => c.json(pauseNow(context)),
        PUT: (c) => pauseCloud(context, c),
        DELETE: (c) => resumeCloud(context, c),
      },
    },
    { path: "/control/v1/models", methods: { GET: (c) => models(context, c) } },
    { path: "/control/v1/events", methods: { GET: (c) => events(context, c) } },
    { path: "/control/v1/backends/:id/test", methods: { POST: (c) => testBackend(context, c) } },
  ];
}

/** Only who can read control.json may command; pages of other sites may not even try. */
export function controlGuard(context: HttpContext): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header("origin");
    if (origin !== undefined && !isOwnOrigin(origin)) return controlError(403, "Other origins may not use this");
    const token = bearerOf(c.req.raw.headers);
    if (token === undefined || !constantTimeEqual(token, context.controlToken)) {
      return controlError(401, "Send the token of control.json as Authorization: Bearer TOKEN");
    }
    await next();
    c.res.headers.set("cache-control", "no-store");
  };
}

function isOwnOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
}

/** The mode that the user chose; beside it the one in force, and why that is another. */
function modeNow(context: HttpContext) {
  const { mode, chosenMode, modeReason } = context.status();
  return { mode: chosenMode, inForce: mode, reason: modeReason };
}

async function setMode(context: HttpContext, c: Context): Promise<Response> {
  const sent = await sentJson(context, c.req.raw);
  const mode = routeModes.find((mode) => mode === sent?.mode);
  if (!mode) return controlError(400, `Send {"mode": MODE}; MODE is one of ${routeModes.join(", ")}`);
  await context.commands.setMode(mode);
  return c.json(modeNow(context));
}

function pauseNow(context: HttpContext) {
  return { pause: context.status().pause };
}

async function pauseCloud(context: HttpContext, c: Context): Promise<Response> {
  const sent = await sentJson(context, c.req.raw);
  const { forMs, ...others } = sent ?? { forMs: NaN };
  const isTime = typeof forMs === "number" && forMs >= shortestPauseMs && forMs <= longestPauseMs;
  if (!(isTime || forMs === undefined) || Object.keys(others).length > 0) {
    const range = `${shortestPauseMs} to ${longestPauseMs}`;
    return controlError(400, `Send {"forMs": MS}, from ${range}, or {} to pause until it is resumed`);
  }
  await context.commands.pauseCloud(forMs);
  return c.json(pauseNow(context));
}

async function resumeCloud(context: HttpContext, c: Context): Promise<Response> {
  await context.commands.resumeCloud();
  return c.json(pauseNow(context));
}

/** The JSON object that was sent; `undefined` when it is none. */
async function sentJson(context: HttpContext, request: Request): Promise<Record<string, unknown> | undefined> {
  try {
    const json = JSON.parse(
      new TextDecoder().decode(
        await readBody(request, {
          maxBytes: 4_096,
          stallMs: context.config().listen.readStallMs,
          clock: context.clock,
        }),
      ),
    );
    return typeof json === "object" && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

async function models(context: HttpContext, c: Context): Promise<Response> {
  await context.refreshModels(youngListMs);
  const { backends, mode, privacy } = context.store.state;
  const entries = listModels(backends, { mode, privacy, now: context.clock.monotonic() });
  return c.json({
    models: entries.map(({ name, places }) => ({
      name,
      backends: places.map(({ backend, location, model, warm }) => ({ id: backend, location, name: model, warm })),
    })),
  });
}

async function testBackend(context: HttpContext, c: Context): Promise<Response> {
  const id = c.req.param("id")!;
  const result = await context.commands.testBackend(id, c.req.raw.signal);
  if (result) return c.json(result);
  const known = context.store.state.backends.map(({ config }) => config.id).join(", ");
  return controlError(404, `No backend is called "${id.slice(0, 64)}"; there are: ${known || "none"}`);
}

/** The state now and after each change, as server-sent events. */
function events(context: HttpContext, c: Context): Response {
  const stream = statusEvents(context, c.req.raw.signal).pipeThrough(new ServerSentEventStream());
  return new Response(stream, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}
