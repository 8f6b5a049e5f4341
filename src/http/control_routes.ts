import type { Context } from "@hono/hono";
import { ServerSentEventStream } from "@std/http/server-sent-event-stream";
import { controlProof, noncePattern } from "../core/control_proof.ts";
import { longestPauseMs, routeModes, shortestPauseMs } from "../core/types.ts";
import { listModels } from "../broker/models.ts";
import { type HttpContext, youngListMs } from "./context.ts";
import { proofPath } from "./control_guard.ts";
import { linkMs } from "./door.ts";
import { controlError } from "./error_response.ts";
import type { Route } from "./route_table.ts";
import { sentJson } from "./sent_json.ts";
import { statusEvents } from "./status_events.ts";

/** Longest time that running answers can be given at the end, in ms. */
const longestGraceMs = 3_600_000;

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
    { path: "/control/v1/backends", methods: { GET: (c) => backends(context, c) } },
    { path: "/control/v1/login-link", methods: { POST: (c) => loginLink(context, c) } },
    { path: proofPath, methods: { GET: (c) => proof(context, c) } },
    { path: "/control/v1/quit", methods: { POST: (c) => quit(context, c) } },
    { path: "/control/v1/openapi.json", methods: { GET: (c) => openApi(context, c) } },
  ];
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

function backends(context: HttpContext, c: Context): Response {
  const { backends, active } = context.status();
  return c.json({ active, backends });
}

/** A link that opens the settings page, once and within a minute. */
function loginLink(context: HttpContext, c: Context): Response {
  return c.json({ url: context.settingsLink(), expiresInMs: linkMs });
}

/** That this daemon made the token of control.json, without the token. */
async function proof(context: HttpContext, c: Context): Promise<Response> {
  const nonce = c.req.query("nonce") ?? "";
  if (!noncePattern.test(nonce)) return controlError(400, "Send nonce=NONCE: 16 to 128 letters, digits, - and _");
  return c.json({ proof: await controlProof(context.controlToken, nonce) });
}

/** Ends the daemon; the answer is on its way first. */
async function quit(context: HttpContext, c: Context): Promise<Response> {
  const { graceMs, ...others } = await sentJson(context, c.req.raw) ?? { graceMs: NaN };
  const isTime = typeof graceMs === "number" && graceMs >= 0 && graceMs <= longestGraceMs;
  if (!(isTime || graceMs === undefined) || Object.keys(others).length > 0) {
    return controlError(
      400,
      `Send {"graceMs": MS}, from 0 to ${longestGraceMs}, or {} for the configured shutdownGraceMs`,
    );
  }
  const { pid, inFlight } = context.status();
  const given = graceMs === undefined ? context.config().shutdownGraceMs : graceMs;
  context.commands.quit({ graceMs: given });
  return c.json({ pid, inFlight, graceMs: given });
}

async function openApi(context: HttpContext, c: Context): Promise<Response> {
  const { openApiDocument } = await import("./openapi/document.ts");
  return c.json(await openApiDocument(context.version));
}

/** The state now and after each change, as server-sent events. */
function events(context: HttpContext, c: Context): Response {
  const stream = statusEvents(context, c.req.raw.signal).pipeThrough(new ServerSentEventStream());
  return new Response(stream, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}
