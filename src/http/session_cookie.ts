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

/** More cookies of our name are not looked at: pages on other ports of this machine may have set any number. */
const maxCookies = 8;

/**
 * The session that a cookie names, unless a page of somewhere else made the browser send it. Another server of this
 * machine may have set a cookie of the same name, which does not lock out who has the right one too.
 */
export function sessionOf(
  { door, status }: Pick<HttpContext, "door" | "status">,
  request: Request,
): Session | undefined {
  if (isFromElsewhere(request.headers)) return undefined;
  for (const id of cookiesOf(request.headers, cookieName(status().listen))) {
    const session = door.session(id);
    if (session) return session;
  }
  return undefined;
}

function cookiesOf(headers: Headers, name: string): string[] {
  const cookies = (headers.get("cookie") ?? "").split(";").map((part) => part.trim());
  const ours = cookies.filter((cookie) => cookie.startsWith(`${name}=`)).slice(0, maxCookies);
  return ours.map((cookie) => cookie.slice(name.length + 1));
}
