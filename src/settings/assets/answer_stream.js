// @ts-check
/// <reference lib="dom" />

/** Reads what the daemon answers to a question: NDJSON of Ollama's dialect, or an error. */

const signedOut = "You are signed out, or this page is of an earlier visit. Load it again, or open the settings from " +
  "the tray or with: cloudtolocalllm settings";
const tooLong = "This conversation is longer than the page can send. Begin a new one.";

/** The lines of an answer, parsed. @param {Response} response */
export async function* lines(response) {
  if (!response.body) return;
  const decoder = new TextDecoder();
  /** @type {string[]} Pieces of a line that has not ended. */
  let open = [];
  const reader = response.body.getReader();
  for (;;) {
    const { value: bytes } = await reader.read();
    if (!bytes) return;
    const [first, ...others] = decoder.decode(bytes, { stream: true }).split("\n");
    open.push(first);
    for (const next of others) {
      const line = open.join("");
      open = [next];
      const json = line.trim() === "" ? null : JSON.parse(line);
      if (typeof json === "object" && json !== null) yield json;
    }
  }
}

/** @param {any} last @param {number | undefined} firstMs @param {number} wholeMs @returns {string[]} */
export function figures({ eval_count: tokens, prompt_eval_count: read }, firstMs, wholeMs) {
  const told = [];
  if (firstMs !== undefined) told.push(`first token after ${seconds(firstMs)}`);
  if (typeof tokens === "number") told.push(`${tokens} ${tokens === 1 ? "token" : "tokens"} in ${seconds(wholeMs)}`);
  else told.push(`done after ${seconds(wholeMs)}`);
  if (typeof read === "number") told.push(`${read} read`);
  return told;
}

/** @param {number} ms */
function seconds(ms) {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** What an answer without an answer says. @param {Response} response */
export async function refusal(response) {
  const { status } = response;
  if (status === 401 || status === 403) return signedOut;
  if (status === 413) return tooLong;
  try {
    return wordsOf((await response.json()).error);
  } catch {
    return `The daemon answered with status ${status}; its log says why.`;
  }
}

/** @param {unknown} error */
export function wordsOf(error) {
  return typeof error === "string" ? error : JSON.stringify(error) ?? "it failed";
}

/** The daemon's own words for a break say so already. @param {string} words */
export function incomplete(words) {
  return /not complete/i.test(words) ? words : `The answer is not complete: ${words}`;
}

/** A model server may send anything. @param {unknown} value */
export function textOf(value) {
  return typeof value === "string" ? value : "";
}
