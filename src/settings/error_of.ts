import { errorWords } from "../protocol/error_words.ts";

/** What an answer with an error status says, in the daemon's or the model server's own words. */
export async function errorOf(response: Response): Promise<string> {
  const body = new Uint8Array(await response.arrayBuffer());
  return errorWords(body) ?? `It answered with status ${response.status}`;
}
