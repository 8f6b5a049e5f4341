import type { HttpContext } from "./context.ts";
import type { Route } from "./route_table.ts";

/** For monitors: whether the broker lives, whether it can answer, and its figures. */
export function watchRoutes(context: HttpContext): Route[] {
  return [
    { path: "/health", methods: { GET: (c) => c.json({ status: "ok", version: context.version }) } },
    { path: "/ready", methods: { GET: () => ready(context) } },
    { path: "/metrics", methods: { GET: () => metrics(context) } },
  ];
}

/** 200 when a request could be answered now, else 503 with the reason of each backend. */
function ready(context: HttpContext): Response {
  const { state, active, backends } = context.status();
  if (context.stopping.aborted) return Response.json({ status: "stopping" }, { status: 503 });
  if (active !== null) return Response.json({ status: "ready", state, active });
  const reasons = Object.fromEntries(backends.map(({ id, reason }) => [id, reason]));
  return Response.json({ status: "not ready", state, reasons }, { status: 503 });
}

function metrics(context: HttpContext): Response {
  const { uptimeMs } = context.status();
  const text = context.metrics.render(context.store.state, {
    now: context.clock.monotonic(),
    uptimeMs,
    version: context.version,
  });
  return new Response(text, { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } });
}
