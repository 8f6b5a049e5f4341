import type { FailureReason } from "../core/errors.ts";

/**
 * Names what went wrong before the headers. `fetch` tells it only in words, so the name is for people, headers and
 * metrics; what is done next does not hang on it, except that a failed dial marks the backend as down. The words are
 * those of Deno's HTTP client (hyper and the system's own error texts), which the test pins.
 */
export function connectReason(error: unknown): FailureReason {
  if (isPortBlocked(error)) return "unreachable";
  const text = withoutAddress(causes(error).join(" | "));
  if (!text.includes("(Connect)")) {
    return /invalid HTTP|parse|message head is too large|header/i.test(text) ? "malformed" : "reset";
  }
  if (/os error 111|refused/i.test(text)) return "connect_refused";
  if (/dns error|lookup|resolve/i.test(text)) return "dns";
  if (/os error 110|timed out/i.test(text)) return "connect_timeout";
  if (/certificate|handshake|tls|InvalidContentType|corrupt message|UnknownIssuer/i.test(text)) return "tls";
  if (/os error 10[01]|os error 113|unreachable/i.test(text)) return "unreachable";
  return "reset";
}

/** Whether `fetch` itself refuses the port, as browsers do with those of other protocols (WHATWG Fetch, "bad port"). */
export function isPortBlocked(error: unknown): boolean {
  return error instanceof TypeError && /^Fetch failed: Requests to port \d+ are blocked/.test(error.message);
}

/** The address comes before the words; what it is called must not be taken for what went wrong. */
function withoutAddress(text: string): string {
  return text.slice(Math.max(0, text.indexOf("client error (")));
}

function causes(error: unknown): string[] {
  const texts: string[] = [];
  for (let current = error; current instanceof Error && texts.length < 8; current = current.cause) {
    texts.push(current.message);
  }
  return texts;
}
