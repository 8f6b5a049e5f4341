import type { HttpContext } from "./context.ts";
import type { Session } from "./door.ts";
import { isFromElsewhere } from "./page_origin.ts";

/** Cookies ignore ports: with its port in the name each daemon of a machine has a cookie of its own. */
function cookieName(listenUrl: string): string {
  return `cloudtolocalllm-${new URL(listenUrl).port || "80"}`;
}

/**
 * A cookie for as long as the browser runs, which no script reads and no other site makes the browser send. It lacks
 * `Secure`, for loopback is served without TLS.
 */
export function sessionCookie(listenUrl: string, id: string): string {
  return `${cookieName(listenUrl)}=${id}; Path=/; HttpOnly; SameSite=Strict`;
}

/** Takes the cookie away. */
export function endedCookie(listenUrl: string): string {
  return `${sessionCookie(listenUrl, "")}; Max-Age=0`;
}

/** The session that the cookie names, unless a page of somewhere else made the browser send it. */
export function sessionOf(
  { door, status }: Pick<HttpContext, "door" | "status">,
  request: Request,
): Session | undefined {
  const id = cookieOf(request.headers, status().listen);
  return id === undefined || isFromElsewhere(request.headers) ? undefined : door.session(id);
}

function cookieOf(headers: Headers, listenUrl: string): string | undefined {
  const name = cookieName(listenUrl);
  for (const part of (headers.get("cookie") ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key === name) return value.join("=");
  }
  return undefined;
}
