import { hasUnseen } from "../core/visible_text.ts";

const longestName = 64;
const longestUserAgent = 1_024;

/** What every browser says of itself, and with it every program that is built on one. */
const ofBrowsers = new Set(
  "Mozilla AppleWebKit KHTML Gecko Chrome Chromium HeadlessChrome Safari Version Mobile Electron QtWebEngine".split(
    " ",
  ),
);

/**
 * What a program calls itself: the first product of its User-Agent (RFC 9110, section 10.1.5) without its version.
 * `ollama/0.12.0 (amd64 linux) Go/1.24` is `ollama`, `OpenAI/JS 7.57.0` is `OpenAI/JS`. Of one that is built on a browser
 * it is the first product that is not the browser's: `Mozilla/5.0 (X11) AppleWebKit/537.36 obsidian/1.5 Chrome/114` is
 * `obsidian`. `unknown` where it says nothing that can be shown.
 */
export function appName(userAgent: string | null | undefined): string {
  const names = productsOf(userAgent ?? "");
  const name = names[0] === "Mozilla" ? names.find((one) => !ofBrowsers.has(one)) ?? "Mozilla" : names[0] ?? "";
  return name === "" || hasUnseen(name) ? "unknown" : name;
}

function productsOf(userAgent: string): string[] {
  // What is longer is none that a person wrote; comments stand in parentheses.
  const text = userAgent.slice(0, longestUserAgent).replace(/\([^()]*\)/g, " ");
  return text.trim().split(/[\s(),;]+/, 32).map((product) => product.slice(0, longestName).replace(/\/v?\d[^/]*$/, ""));
}
