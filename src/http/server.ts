import { type Context, Hono } from "@hono/hono";
import type { HttpContext } from "./context.ts";
import { thrownAtPath } from "./error_response.ts";
import { guard } from "./guard.ts";
import { noSuchPath } from "./no_such_path.ts";
import { ollamaRoutes } from "./ollama_routes.ts";
import { openaiRoutes } from "./openai_routes.ts";
import { addRoutes } from "./route_table.ts";
import { watchRoutes } from "./watch_routes.ts";
import { withoutBodyOnHead } from "./without_body_on_head.ts";

/** Every route of the daemon behind the guard. Shape: a request in, a response out; nothing is thrown. */
export function createHandler(context: HttpContext): (request: Request) => Response | Promise<Response> {
  const app = new Hono();
  app.use("*", withoutBodyOnHead);
  // Behind a door of its own, which asks more than the guard.
  for (const path of ["/settings", "/settings/*"]) app.all(path, (c) => settings(context, c));
  app.use("*", guard(context));
  addRoutes(app, ollamaRoutes(context));
  addRoutes(app, openaiRoutes(context));
  addRoutes(app, watchRoutes(context));
  app.all("/control/*", lazyControlApi(context));
  app.notFound((c) => noSuchPath(c.req.path));
  app.onError((error, c) => thrownAtPath(error, c.req.path, context.log));
  return (request) => app.fetch(request);
}

/** The page is rarely looked at: the idle daemon knows nothing of it. */
async function settings(context: HttpContext, c: Context): Promise<Response> {
  const { answerSettings } = await import("./settings_routes.ts");
  return await answerSettings(context, c);
}

/** Nor of the control API, which only commands and the page use. */
function lazyControlApi(context: HttpContext): (c: Context) => Promise<Response> {
  let answer: ((c: Context) => Response | Promise<Response>) | undefined;
  return async (c) => {
    answer ??= (await import("./control_api.ts")).createControlApi(context);
    return await answer(c);
  };
}
