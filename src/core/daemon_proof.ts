import { controlProof } from "./control_proof.ts";

/** Bytes of an answer that are looked at. */
const longestAnswer = 4_096;

/**
 * Whether the daemon that made `token` is at `url`, asked in a way that tells others nothing. Rejects when nobody
 * answers, or the signal aborts.
 */
export async function isDaemonAt(
  url: string,
  token: string,
  { signal, fetch = globalThis.fetch, client }: {
    signal?: AbortSignal;
    fetch?: typeof globalThis.fetch;
    client?: Deno.HttpClient;
  } = {},
): Promise<boolean> {
  const nonce = crypto.randomUUID();
  const init: RequestInit & { client?: Deno.HttpClient } = { redirect: "manual", signal, ...client && { client } };
  const response = await fetch(`${url}/control/v1/proof?nonce=${nonce}`, init);
  const text = await start(response);
  if (response.status !== 200) return false;
  return text === JSON.stringify({ proof: await controlProof(token, nonce) });
}

/** The beginning of a body, the rest of which is left. */
async function start(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  if (!response.body) return text;
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestAnswer) break;
  }
  return text;
}
