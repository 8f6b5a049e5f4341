import { controlProof } from "../core/control_proof.ts";
import { DaemonLost, OriginNotAllowed } from "./errors.ts";
import { boundedText, parseObject } from "./read_body.ts";
import type { Timers } from "./link_parts.ts";
import { deadline } from "./timers.ts";

export interface ProofOptions {
  fetch: typeof fetch;
  timers: Timers;
  /** How long an address has to show what it is. */
  timeoutMs: number;
  signal: AbortSignal;
  /** In a browser an answer may be kept from us by the rules of origins. */
  isBrowser: boolean;
}

const maxBytes = 4_096;

/**
 * That a daemon is at an address; throws why not, as the end of a sentence. With a token it must be the daemon that made
 * it, which shows that without being sent it. Without one it must answer as a daemon does, which any program of this
 * machine could.
 */
export async function proveDaemon(url: string, token: string | undefined, options: ProofOptions): Promise<void> {
  // Pages that came over plain HTTP from elsewhere have no such cryptography.
  if (token !== undefined && !crypto.subtle) {
    throw new Error("a token can only be used in a secure context, such as https");
  }
  const nonce = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("-");
  const path = token === undefined ? "/health" : `/control/v1/proof?nonce=${nonce}`;
  const { status, text } = await ask(url + path, options);
  const json = status === 200 ? parseObject(text) : undefined;
  if (token === undefined) {
    if (json?.status === "ok" && typeof json.version === "string") return;
    throw new Error(`another program is at ${url}`);
  }
  if (json?.proof === await controlProof(token, nonce)) return;
  const who = typeof json?.proof === "string" ? "another daemon, or one of another user," : "another program";
  throw new Error(`${who} is at ${url}`);
}

async function ask(
  url: string,
  options: ProofOptions,
): Promise<{ status: number; text: string }> {
  const { timers, timeoutMs, signal } = options;
  const reason = () => new DaemonLost(`${new URL(url).origin} does not answer in time`);
  const limit = deadline(timeoutMs, { timers, signals: [signal], reason });
  try {
    const response = await options.fetch(url, { redirect: "manual", signal: limit.signal });
    return { status: response.status, text: await boundedText(response, maxBytes) };
  } catch (error) {
    limit.signal.throwIfAborted();
    if (options.isBrowser && await answersOtherOrigins(url, options, limit.signal)) throw originNotAllowed(url);
    throw new Error(`nothing answers at ${new URL(url).origin}`, { cause: error });
  } finally {
    limit.end();
  }
}

/** A browser hides an answer that is not for this origin, but tells that there is one. */
async function answersOtherOrigins(url: string, options: ProofOptions, signal: AbortSignal): Promise<boolean> {
  try {
    await options.fetch(new URL("/health", url), { mode: "no-cors", signal });
    return true;
  } catch {
    return false;
  }
}

function originNotAllowed(url: string): OriginNotAllowed {
  const { origin = "this page" } = (globalThis as { location?: { origin?: string } }).location ?? {};
  return new OriginNotAllowed(
    `What answers at ${
      new URL(url).origin
    } does not answer pages of ${origin}; if it is the daemon, add that to its listen.allowedOrigins`,
    { status: 0, code: "origin_not_allowed" },
  );
}
