import type { Context } from "@hono/hono";
import { RequestError } from "../core/errors.ts";
import type { SettingsVisit } from "../state/settings_visit.ts";
import { constantTimeEqual } from "./constant_time_equal.ts";
import type { HttpContext } from "./context.ts";
import type { Session } from "./door.ts";
import { continuePage, lockedPage, messagePage } from "./door_pages.ts";
import { headerBytes } from "./guard.ts";
import { csrfHeader, isFromElsewhere, isFromOwnPage, isOwnHost } from "./page_origin.ts";
import { readBody } from "./read_body.ts";
import { endedCookie, sessionCookie, sessionOf } from "./session_cookie.ts";

/** Largest form or message that the page takes, in bytes. */
const maxBodyBytes = 1_048_576;

const securityHeaders = {
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not no-referrer: a browser that knows no Sec-Fetch-Site would then send forms of ours with `Origin: null`.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/**
 * Answers what is asked below `/settings`, which the guard of the other routes does not see: only by exact names, never
 * framed, never stored, no error as JSON.
 */
export async function answerSettings(context: HttpContext, c: Context): Promise<Response> {
  const response = await behindDoor(context, c);
  for (const [name, value] of Object.entries(securityHeaders)) response.headers.set(name, value);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}

async function behindDoor(context: HttpContext, c: Context): Promise<Response> {
  try {
    const refusal = refusalOf(context, c.req.raw.headers);
    if (refusal) return refusal;
    if (c.req.path === "/settings/enter" && c.req.method === "GET") return enter(context, c);
    return await page(context, c);
  } catch (error) {
    if (error instanceof RequestError) return messagePage(error.status, "Nothing was changed", error.message);
    context.log.error("The settings page failed", { error: error instanceof Error ? error.stack : String(error) });
    return messagePage(
      500,
      "This did not work",
      "The daemon failed to show the page; its log says why, and restarting it may help",
    );
  }
}

function refusalOf({ config, status }: HttpContext, headers: Headers): Response | undefined {
  const { listen } = config();
  if (!isOwnHost(headers.get("host") ?? "", { listenUrl: status().listen, listen })) {
    return messagePage(403, "This name is not allowed", "Open the settings with: cloudtolocalllm settings");
  }
  if (headerBytes(headers) <= listen.maxHeaderBytes) return undefined;
  return messagePage(431, "Too much was sent", "Delete the cookies of this address in the browser, then try again");
}

/**
 * `GET /settings/enter?key=…`: a link becomes a session. The key is worth nothing afterwards. Who has a session keeps it,
 * so that forms in other windows stay good.
 */
function enter(context: HttpContext, c: Context): Response {
  // What a browser fetches ahead, nobody has asked for.
  if (isFetchedAhead(c.req.raw.headers)) return messagePage(403, "Not opened", "Open the link itself");
  const isLink = context.door.useLink(c.req.query("key") ?? "");
  const isInside = sessionOf(context, c.req.raw) !== undefined;
  if (!isLink && !isInside) return lockedPage(403, "This link was used before or is older than a minute");
  const headers = new Headers({ location: "/settings" });
  if (!isInside) headers.set("set-cookie", sessionCookie(context.status().listen, context.door.createSession().id));
  return new Response(null, { status: 303, headers });
}

function isFetchedAhead(headers: Headers): boolean {
  return ["sec-purpose", "purpose", "x-moz"].some((name) => headers.get(name)?.includes("prefetch"));
}

/** Everything else below `/settings`, for who has a session. */
async function page(context: HttpContext, c: Context): Promise<Response> {
  const { raw: request } = c.req;
  if (isAsset(c)) return await context.settings(asGet(request), { csrf: "" });
  const session = sessionOf(context, request);
  if (!session) return withoutSession(request);
  if (isReading(request)) return await context.settings(whileIn(session, asGet(request)), { csrf: session.csrf });
  if (request.method !== "POST") return messagePage(405, "Not possible", "The page takes GET and POST");
  return await change(context, request, session);
}

/** Styles, scripts and icons: the same for everybody, so that the locked page has them too. */
function isAsset(c: Context): boolean {
  // By the path that the page's own routes go by: as it was sent, `..` and all.
  return isReading(c.req.raw) && /^\/settings\/assets\/[\w.-]+$/.test(c.req.path);
}

/** What a page listens to ends with its session, and not only with the page. */
function whileIn({ ended }: Session, request: Request): Request {
  if (!request.headers.get("accept")?.includes("text/event-stream")) return request;
  return new Request(request, { signal: AbortSignal.any([request.signal, ended]) });
}

/** The page answers HEAD as GET; the body is ended where the answer goes out (server.ts). */
function asGet(request: Request): Request {
  return request.method === "GET" ? request : new Request(request, { method: "GET" });
}

function isReading({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

/** Who comes from a page of elsewhere brings no strict cookie; going on from a page of ours does. */
function withoutSession(request: Request): Response {
  if (!isReading(request)) {
    return lockedPage(403, "Nothing was changed: this did not come from the settings page, or you are not signed in");
  }
  const isFollowedLink = request.headers.get("sec-fetch-mode") === "navigate" && isFromElsewhere(request.headers);
  return isFollowedLink ? continuePage() : lockedPage(401);
}

async function change(context: HttpContext, request: Request, session: Session): Promise<Response> {
  if (!isFromOwnPage(request.headers)) throw new RequestError(403, "This did not come from the settings page");
  const { clock } = context;
  const { readStallMs: stallMs } = context.config().listen;
  const body = await readBody(request, { maxBytes: maxBodyBytes, stallMs, clock });
  const { headers, method, url, signal } = request;
  const whole = new Request(url, { method, headers, body, signal });
  const form = await formOf(whole);
  const sent = headers.get(csrfHeader) ?? form?.get("csrf");
  if (typeof sent !== "string" || !constantTimeEqual(sent, session.csrf)) {
    throw new RequestError(403, "This form is of an earlier visit; load the page again, then change it once more");
  }
  if (new URL(url).pathname === "/settings/leave") return leave(context, session);
  const visit: SettingsVisit = { csrf: session.csrf, form };
  return await context.settings(whole, visit);
}

/** `POST /settings/leave`: the session is over, in every window that has it. */
function leave(context: HttpContext, session: Session): Response {
  context.door.leave(session.id);
  const response = lockedPage(200, "You are signed out");
  response.headers.set("set-cookie", endedCookie(context.status().listen));
  return response;
}

/** The form in a request; `undefined` where it is something else, which then stays unread. */
async function formOf(request: Request): Promise<FormData | undefined> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return undefined;
  try {
    return await request.formData();
  } catch {
    throw new RequestError(400, "The form cannot be read; load the page again, then change it once more");
  }
}
