import type { Context } from "@hono/hono";
import { RequestError } from "../core/errors.ts";
import type { SettingsVisit } from "../state/settings_visit.ts";
import { constantTimeEqual } from "./constant_time_equal.ts";
import type { HttpContext } from "./context.ts";
import type { Session } from "./door.ts";
import { continuePage, lockedPage, messagePage } from "./door_pages.ts";
import { csrfHeader, isFromOwnPage, isOwnHost } from "./page_origin.ts";
import { readBody } from "./read_body.ts";
import { endedCookie, sessionCookie, sessionOf } from "./session_cookie.ts";

/** Largest form or message that the page takes, in bytes. */
const maxBodyBytes = 1_048_576;

const securityHeaders = {
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Answers what is asked below `/settings`: only by exact names, never framed, never stored, no error as JSON. */
export async function answerSettings(context: HttpContext, c: Context): Promise<Response> {
  const response = await behindDoor(context, c);
  for (const [name, value] of Object.entries(securityHeaders)) response.headers.set(name, value);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}

async function behindDoor(context: HttpContext, c: Context): Promise<Response> {
  const host = c.req.header("host") ?? "";
  if (!isOwnHost(host, { listenUrl: context.status().listen, listen: context.config().listen })) {
    return messagePage(403, "This name is not allowed", "Open the settings with: cloudtolocalllm settings");
  }
  try {
    if (c.req.path === "/settings/enter" && c.req.method === "GET") return enter(context, c);
    return await page(context, c);
  } catch (error) {
    if (error instanceof RequestError) return messagePage(error.status, "Nothing was changed", error.message);
    context.log.error("The settings page failed", { error: error instanceof Error ? error.stack : String(error) });
    return messagePage(500, "This did not work", "The daemon failed to show the page; its log says why");
  }
}

/** `GET /settings/enter?key=…`: a link becomes a session. The key is worth nothing afterwards. */
function enter(context: HttpContext, c: Context): Response {
  // What a browser fetches ahead, nobody has asked for.
  if (c.req.header("sec-purpose")?.includes("prefetch")) return messagePage(403, "Not opened", "Open the link itself");
  const session = context.door.enter(c.req.query("key") ?? "");
  if (!session) {
    context.log.warn(
      "A link to the settings was refused: it was used before, is older than a minute, or never was one",
    );
    return lockedPage(403, "This link was used before or is older than a minute");
  }
  const headers = { location: "/settings", "set-cookie": sessionCookie(context.status().listen, session.id) };
  return new Response(null, { status: 303, headers });
}

/** Everything else below `/settings`, for who has a session. */
async function page(context: HttpContext, c: Context): Promise<Response> {
  const { raw: request } = c.req;
  if (isAsset(request)) return await context.settings(request, { csrf: "" });
  const session = sessionOf(context, request);
  if (!session) return withoutSession(request);
  if (request.method === "GET" || request.method === "HEAD") {
    return await context.settings(request, { csrf: session.csrf });
  }
  if (request.method !== "POST") return messagePage(405, "Not possible", "The page takes GET and POST");
  return await change(context, request, session);
}

/** Styles, scripts and icons: the same for everybody, so that the locked page has them too. */
function isAsset(request: Request): boolean {
  return request.method === "GET" && new URL(request.url).pathname.startsWith("/settings/assets/");
}

/** Who comes from a page of elsewhere brings no strict cookie; going on from a page of ours does. */
function withoutSession(request: Request): Response {
  const isFollowedLink = request.method === "GET" && request.headers.get("sec-fetch-mode") === "navigate" &&
    request.headers.get("sec-fetch-site") !== "same-origin" && request.headers.get("sec-fetch-site") !== "none";
  if (isFollowedLink) return continuePage();
  if (request.method === "GET") return lockedPage(401);
  return lockedPage(403, "Nothing was changed: this did not come from the settings page, or you are not signed in");
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
