import { hasUnseen } from "../core/visible_text.ts";

const longestName = 64;

/**
 * What a program calls itself: the first product of its User-Agent (RFC 9110, section 10.1.5) without its version.
 * `ollama/0.12.0 (amd64 linux) Go/1.24` is `ollama`, `OpenAI/JS 7.57.0` is `OpenAI/JS`. `unknown` where it says nothing
 * that can be shown.
 */
export function appName(userAgent: string | null | undefined): string {
  const first = userAgent?.trim().split(/[\s(,;]/, 1)[0].slice(0, longestName) ?? "";
  const name = first.replace(/\/v?\d[^/]*$/, "");
  return name === "" || hasUnseen(name) ? "unknown" : name;
}
