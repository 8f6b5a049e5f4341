import type { Context, MiddlewareHandler } from "@hono/hono";
import { isLoopback } from "../core/loopback.ts";
import { matchesPattern } from "../core/matches_pattern.ts";
import type { Config } from "../config/schema.ts";
import { constantTimeEqual } from "./constant_time_equal.ts";
import type { HttpContext } from "./context.ts";
import { pathError } from "./error_response.ts";
import { isOwnOrigin } from "./page_origin.ts";

/**
 * Who may talk to the broker. Every request must name a known host, which stops web pages that rebind their DNS name to
 * this machine; one from a browser must come from an allowed origin; and where a client key is set it must be sent.
 */
export function guard(context: HttpContext): MiddlewareHandler {
  return async (c, next) => {
    const { listen } = context.config();
    const path = c.req.path;
    const refusal = refusalOf(c, listen) ?? keyRefusal(c, context);
    if (refusal) return pathError(path, refusal.status, refusal.message, refusal);
    const origin = c.req.header("origin");
    if (origin === undefined) return await next();
    if (c.req.method === "OPTIONS") return preflight(c, origin);
    await next();
    allowOrigin(c.res.headers, origin);
  };
}

interface Refusal {
  status: number;
  message: string;
  code?: string;
  headers?: HeadersInit;
}

function refusalOf(c: Context, listen: Config["listen"]): Refusal | undefined {
  const headers = c.req.raw.headers;
  const host = headers.get("host");
  if (host === null) return { status: 400, message: "The request has no Host header" };
  if (!isHostAllowed(host, listen.allowedHosts)) {
    const message = `Host "${shown(host)}" is not allowed; add its name to listen.allowedHosts in the configuration`;
    return { status: 403, message, code: "host_not_allowed" };
  }
  if (headerBytes(headers) > listen.maxHeaderBytes) {
    return { status: 431, message: `The request's headers are larger than ${listen.maxHeaderBytes} bytes` };
  }
  const origin = headers.get("origin");
  if (origin === null) return siteRefusal(c);
  // The settings page, under an allowed name or an address of this machine, is of the host that it asks.
  if (isOriginAllowed(origin, listen.allowedOrigins) || isOwnOrigin(headers)) return undefined;
  const message = `Origin "${shown(origin)}" is not allowed; add it to listen.allowedOrigins in the configuration`;
  return { status: 403, message, code: "origin_not_allowed" };
}

/** A browser says so when another site makes it write without naming its origin. */
function siteRefusal(c: Context): Refusal | undefined {
  const site = c.req.header("sec-fetch-site");
  if (site !== "cross-site" || c.req.method === "GET" || c.req.method === "HEAD") return undefined;
  return { status: 403, message: "Another web site may not write here", code: "origin_not_allowed" };
}

function keyRefusal(c: Context, context: HttpContext): Refusal | undefined {
  const { clientKey } = context.config().listen;
  const isOpen = c.req.method === "OPTIONS" || c.req.path === "/health" || c.req.path === "/ready" ||
    c.req.path.startsWith("/control/");
  if (isOpen || (clientKey === null && !context.isExposed)) return undefined;
  const key = clientKey === null ? undefined : context.secrets(clientKey);
  const sent = bearerOf(c.req.raw.headers);
  // The command line has the token of control.json, and asks the model API too.
  const accepted = [key, context.controlToken].filter((secret) => secret !== undefined);
  if (sent !== undefined && accepted.some((secret) => constantTimeEqual(sent, secret))) return undefined;
  const message = sent === undefined
    ? "A client key is needed; send it as Authorization: Bearer KEY"
    : "The client key is not right";
  return { status: 401, message, code: "invalid_api_key", headers: { "www-authenticate": "Bearer" } };
}

/** The bearer token of a request. */
export function bearerOf(headers: Headers): string | undefined {
  return headers.get("authorization")?.match(/^Bearer +(\S+)\s*$/i)?.[1];
}

/**
 * Loopback names, IP addresses (which no DNS name can pretend to be) and the names that the user allowed; the port does
 * not matter.
 */
export function isHostAllowed(host: string, allowedHosts: readonly string[]): boolean {
  if (!URL.canParse(`http://${host}/`)) return false;
  const { hostname, pathname, username } = new URL(`http://${host}/`);
  if (pathname !== "/" || username !== "") return false;
  if (isLoopback(hostname) || hostname.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname)) return true;
  return allowedHosts.some((allowed) => allowed.toLowerCase() === hostname);
}

const appSchemes = new Set(["app:", "file:", "tauri:", "vscode-webview:", "vscode-file:"]);

/** Pages of this machine and desktop apps, as Ollama allows them, and the origins that the user added. */
export function isOriginAllowed(origin: string, allowedOrigins: readonly string[]): boolean {
  if (allowedOrigins.some((pattern) => matches(pattern, origin))) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  if (appSchemes.has(protocol)) return true;
  return (protocol === "http:" || protocol === "https:") && (isLoopback(hostname) || hostname === "0.0.0.0");
}

/** Longer than any name with its scheme and port can be (RFC 1035: 255 bytes). */
const longestOrigin = 300;

/** `*` stands for any part of a name, but for nothing that ends one. */
function matches(pattern: string, origin: string): boolean {
  if (origin.length > longestOrigin || !/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\]*$/i.test(origin)) return false;
  return matchesPattern(pattern.toLowerCase(), origin.toLowerCase());
}

/** The size of a request's headers, as `listen.maxHeaderBytes` counts it. */
export function headerBytes(headers: Headers): number {
  let size = 0;
  for (const [name, value] of headers) size += name.length + value.length + 4;
  return size;
}

function preflight(c: Context, origin: string): Response {
  const headers = new Headers({
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-allow-headers": c.req.header("access-control-request-headers") ?? "authorization, content-type",
    "access-control-max-age": "600",
  });
  allowOrigin(headers, origin);
  return new Response(null, { status: 204, headers });
}

function allowOrigin(headers: Headers, origin: string): void {
  headers.set("access-control-allow-origin", origin);
  headers.append("vary", "Origin");
  headers.set("access-control-expose-headers", "x-broker-backend, x-broker-attempts, x-broker-code, x-request-id");
}

function shown(text: string): string {
  return text.slice(0, 100);
}
