import type { MiddlewareHandler } from "@hono/hono";
import { isLoopback } from "../core/loopback.ts";
import { constantTimeEqual } from "./constant_time_equal.ts";
import type { HttpContext } from "./context.ts";
import { controlError } from "./error_response.ts";
import { bearerOf } from "./guard.ts";
import { csrfHeader, isFromOwnPage, isOwnHost, isOwnOrigin } from "./page_origin.ts";
import { sessionOf } from "./session_cookie.ts";

/** By which a daemon shows that it made the token, before that is sent. */
export const proofPath = "/control/v1/proof";

/**
 * Only who can read control.json may command, and the settings page of who came through the door; pages of other sites
 * may not even try.
 */
export function controlGuard(context: HttpContext): MiddlewareHandler {
  return async (c, next) => {
    const refusal = refusalOf(context, c.req.raw);
    if (refusal) c.res = refusal;
    else await next();
    c.res.headers.set("cache-control", "no-store");
    c.res.headers.set("x-content-type-options", "nosniff");
  };
}

function refusalOf(context: HttpContext, request: Request): Response | undefined {
  if (isForeign(request.headers)) return controlError(403, "Other origins may not use this");
  // Who asks for it knows nothing yet, and learns nothing from it.
  if (new URL(request.url).pathname === proofPath && request.method === "GET") return undefined;
  const token = bearerOf(request.headers);
  if (token !== undefined && constantTimeEqual(token, context.controlToken)) return undefined;
  if (token === undefined && request.headers.has("cookie")) return pageRefusal(context, request);
  return controlError(401, "Send the token of control.json as Authorization: Bearer TOKEN");
}

function pageRefusal(context: HttpContext, request: Request): Response | undefined {
  const { headers, method } = request;
  const address = { listenUrl: context.status().listen, listen: context.config().listen };
  if (!isOwnHost(headers.get("host") ?? "", address)) {
    return controlError(403, "This name is not allowed here; use: cloudtolocalllm settings");
  }
  const session = sessionOf(context, request);
  if (!session) return controlError(401, "You are not signed in, or not any more; use: cloudtolocalllm settings");
  if (method === "GET" || method === "HEAD") return undefined;
  const sent = headers.get(csrfHeader);
  const isOurs = isFromOwnPage(headers) && sent !== null && constantTimeEqual(sent, session.csrf);
  return isOurs ? undefined : controlError(403, "This did not come from the settings page; load it again");
}

/** Pages of other programs on this machine may use it too, if they have the token. */
function isForeign(headers: Headers): boolean {
  const origin = headers.get("origin");
  if (origin === null || isOwnOrigin(headers)) return false;
  return !URL.canParse(origin) || !isLoopback(new URL(origin).hostname);
}
