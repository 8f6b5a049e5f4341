/** Patience with a program that may not speak HTTP, in ms. */
const defaultWithinMs = 1_000;
const maxCharacters = 1_024;

export interface AskOptions {
  withinMs?: number;
}

/** Version of the broker of ours that answers at an origin; `undefined`: what is there does not answer `/health` as ours. */
export async function brokerVersionAt(origin: string, options?: AskOptions): Promise<string | undefined> {
  const health = await startOfAnswer(`${origin}/health`, options);
  return health.match(/^\{"status":"ok","version":"([\w.+-]{1,32})"\}$/)?.[1];
}

/** The start of what answers a GET, as text; "" when nothing does in time. Follows no redirect. */
export async function startOfAnswer(url: string, { withinMs = defaultWithinMs }: AskOptions = {}): Promise<string> {
  let text = "";
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(withinMs), redirect: "error" });
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      if (text.length > maxCharacters) break;
    }
    return text.slice(0, maxCharacters);
  } catch {
    return "";
  }
}
