import { type Context, Hono, type MiddlewareHandler } from "@hono/hono";
import { configRoutes } from "./config_routes.ts";
import { controlGuard } from "./control_guard.ts";
import { controlRoutes } from "./control_routes.ts";
import type { HttpContext } from "./context.ts";
import { pathError, thrownAtPath } from "./error_response.ts";
import { guard } from "./guard.ts";
import { logRoutes } from "./log_routes.ts";
import { ollamaRoutes } from "./ollama_routes.ts";
import { openaiRoutes } from "./openai_routes.ts";
import { addRoutes, type Route } from "./route_table.ts";
import { usageRoutes } from "./usage_routes.ts";
import { secretRoutes } from "./secret_routes.ts";
import { testRoutes } from "./test_routes.ts";
import { watchRoutes } from "./watch_routes.ts";

/** Every route of the daemon behind the guard. Shape: a request in, a response out; nothing is thrown. */
export function createHandler(context: HttpContext): (request: Request) => Response | Promise<Response> {
  const app = new Hono();
  app.use("*", withoutBodyOnHead);
  // Behind a door of its own, which asks more than the guard.
  for (const path of ["/settings", "/settings/*"]) app.all(path, (c) => settings(context, c));
  app.use("*", guard(context));
  app.use("/control/*", controlGuard(context));
  addRoutes(app, ollamaRoutes(context));
  addRoutes(app, openaiRoutes(context));
  addRoutes(app, watchRoutes(context));
  addRoutes(app, allControlRoutes(context));
  app.notFound((c) => notFound(c.req.path));
  app.onError((error, c) => thrownAtPath(error, c.req.path, context.log));
  return (request) => app.fetch(request);
}

/** All of the control API; openapi/ describes it. */
export function allControlRoutes(context: HttpContext): Route[] {
  return [
    ...controlRoutes(context),
    ...testRoutes(context),
    ...configRoutes(context),
    ...logRoutes(context),
    ...usageRoutes(context),
    ...secretRoutes(context),
  ];
}

/** Hono drops the body of an answer to HEAD; a stream would wait for its reader for ever. */
const withoutBodyOnHead: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.req.raw.method === "HEAD") await c.res.body?.cancel();
};

/** The page is rarely looked at: the idle daemon knows nothing of it. */
async function settings(context: HttpContext, c: Context): Promise<Response> {
  const { answerSettings } = await import("./settings_routes.ts");
  return await answerSettings(context, c);
}

function notFound(path: string): Response {
  const message = `There is no ${path.slice(0, 200)} here; docs/API.md lists what there is`;
  return pathError(path, 404, message);
}
