import type { MiddlewareHandler } from "@hono/hono";

/** Hono drops the body of an answer to HEAD; a stream would wait for its reader for ever. */
export const withoutBodyOnHead: MiddlewareHandler = async (c, next) => {
  await next();
  if (c.req.raw.method === "HEAD") await c.res.body?.cancel();
};
