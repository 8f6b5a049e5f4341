import { Hono } from "@hono/hono";
import { controlGuard, controlRoutes } from "./control_routes.ts";
import type { HttpContext } from "./context.ts";
import { pathError, thrownAtPath } from "./error_response.ts";
import { guard } from "./guard.ts";
import { ollamaRoutes } from "./ollama_routes.ts";
import { openaiRoutes } from "./openai_routes.ts";
import { addRoutes } from "./route_table.ts";
import { secretRoutes } from "./secret_routes.ts";
import { watchRoutes } from "./watch_routes.ts";

/** Every route of the daemon behind the guard. Shape: a request in, a response out; nothing is thrown. */
export function createHandler(context: HttpContext): (request: Request) => Response | Promise<Response> {
  const app = new Hono();
  app.use("*", guard(context));
  app.use("/control/*", controlGuard(context));
  addRoutes(app, ollamaRoutes(context));
  addRoutes(app, openaiRoutes(context));
  addRoutes(app, watchRoutes(context));
  addRoutes(app, controlRoutes(context));
  addRoutes(app, secretRoutes(context));
  app.notFound((c) => notFound(c.req.path));
  app.onError((error, c) => thrownAtPath(error, c.req.path, context.log));
  return (request) => app.fetch(request);
}

function notFound(path: string): Response {
  const message = `There is no ${path.slice(0, 200)} here; docs/API.md lists what there is`;
  return pathError(path, 404, message);
}
