import { UnexpectedAnswer } from "./errors.ts";

/** A body as text. Throws {@linkcode UnexpectedAnswer} above `maxBytes`, and what reading throws. */
export async function boundedText(response: Response, maxBytes: number): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.length;
    if (bytes > maxBytes) {
      await reader.cancel().catch(() => {});
      throw new UnexpectedAnswer(`Cannot read the answer: it has more than ${maxBytes} bytes`);
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return text + decoder.decode();
}

/** A JSON object; `undefined` for anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? json as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}

/** The words and the code of an error in any shape that the daemon uses: `{"error": "…"}`, `{"error": {"message"}}`. */
export function errorOf(json: Record<string, unknown> | undefined): { words: string; code?: string } | undefined {
  const error = json?.error;
  if (typeof error === "string") return { words: error };
  if (typeof error !== "object" || error === null) return undefined;
  const { message, code } = error as Record<string, unknown>;
  if (typeof message !== "string") return undefined;
  return typeof code === "string" ? { words: message, code } : { words: message };
}
