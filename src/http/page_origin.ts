import type { Config } from "../config/schema.ts";

/** Header by which a script of the settings page proves that it is one. */
export const csrfHeader = "x-csrf-token";

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** Where the daemon listens, as the page's addresses need it. */
export interface PageAddress {
  /** Base URL, such as `http://127.0.0.1:11435`. */
  listenUrl: string;
  listen: Pick<Config["listen"], "allowedHosts">;
}

/**
 * Whether a Host header names the daemon exactly, its port included. Cookies ignore ports, and names can be rebound, so
 * the page is stricter than the model API: loopback names, the address that is listened on, and allowed names, which a
 * server before us may serve on a port of its own.
 */
export function isOwnHost(host: string, { listenUrl, listen }: PageAddress): boolean {
  const { hostname, port } = new URL(listenUrl);
  const ports = port === "" ? ["", ":80"] : [`:${port}`];
  const name = host.toLowerCase();
  const isOurs = [hostname, ...loopbackNames].some((own) => ports.some((port) => name === own + port));
  return isOurs || listen.allowedHosts.some((allowed) => name.replace(/:\d+$/, "") === allowed.toLowerCase());
}

/** Whether a browser says that this comes from a page of the daemon itself; only that may change anything. */
export function isFromOwnPage(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  return isOwnOrigin(headers);
}

/**
 * Whether a browser says that this comes from elsewhere, or from a page on another port of this machine, which gets the
 * cookie too. What the user typed or opened from outside a browser comes from nowhere.
 */
export function isFromElsewhere(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  // A page without referrer sends `null`; what it is the browser has said already.
  const origin = headers.get("origin");
  return origin !== null && !(origin === "null" && site === "same-origin") && !isOwnOrigin(headers);
}

/** Whether the page that asks is of the very host that it asks; whether that is ours is for who checks the host. */
export function isOwnOrigin(headers: Headers): boolean {
  const origin = URL.parse(headers.get("origin") ?? "");
  const host = headers.get("host");
  if (!origin || !host || !/^https?:$/.test(origin.protocol)) return false;
  // The port that a protocol has anyway may be left out on either side.
  return URL.parse(`${origin.protocol}//${host}`)?.host === origin.host;
}
