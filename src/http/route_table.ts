import type { Context, Hono } from "@hono/hono";
import { pathError } from "./error_response.ts";

export type Handler = (c: Context) => Response | Promise<Response>;

/** A path with its methods; HEAD is answered where GET is. */
export interface Route {
  path: string;
  methods: Partial<Record<"GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD", Handler>>;
}

/** Adds the routes; a method that a path does not have is answered with 405 in the dialect of the path. */
export function addRoutes(app: Hono, routes: readonly Route[]): void {
  for (const { path, methods } of routes) {
    const { HEAD: head, ...others } = methods;
    // Hono looks HEAD up as GET, so a path without GET needs this detour.
    if (head) app.get(path, (c, next) => c.req.raw.method === "HEAD" ? head(c) : next());
    for (const [method, handler] of Object.entries(others)) app.on(method, path, handler);
    const allow = Object.keys(methods).flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]).join(", ");
    app.all(path, (c) => {
      const message = `${c.req.path} takes ${allow}, not ${c.req.method}`;
      return pathError(c.req.path, 405, message, { headers: { allow } });
    });
  }
}
