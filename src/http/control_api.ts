import { type Context, Hono } from "@hono/hono";
import { configRoutes } from "./config_routes.ts";
import type { HttpContext } from "./context.ts";
import { controlGuard } from "./control_guard.ts";
import { controlRoutes } from "./control_routes.ts";
import { thrownAtPath } from "./error_response.ts";
import { logRoutes } from "./log_routes.ts";
import { noSuchPath } from "./no_such_path.ts";
import { addRoutes, type Route } from "./route_table.ts";
import { secretRoutes } from "./secret_routes.ts";
import { testRoutes } from "./test_routes.ts";
import { usageRoutes } from "./usage_routes.ts";
import { withoutBodyOnHead } from "./without_body_on_head.ts";

/** Answers what is asked below `/control`; loaded when that is first asked. */
export function createControlApi(context: HttpContext): (c: Context) => Response | Promise<Response> {
  const app = new Hono();
  app.use("*", withoutBodyOnHead);
  app.use("*", controlGuard(context));
  addRoutes(app, allControlRoutes(context));
  app.notFound((c) => noSuchPath(c.req.path));
  app.onError((error, c) => thrownAtPath(error, c.req.path, context.log));
  return (c) => app.fetch(c.req.raw);
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
