const longest = 500;

/** The words of an error answer of either dialect, or its text; `undefined` when it has none. Shortened to 500. */
export function errorWords(body: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(body).trim();
  const words = fromJson(text) ?? (text.startsWith("<") ? "" : text);
  return words === "" ? undefined : words.slice(0, longest);
}

function fromJson(text: string): string | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const { error, message, detail } = JSON.parse(text);
    const found = typeof error === "object" && error !== null ? error.message : error ?? message ?? detail;
    return typeof found === "string" ? found : undefined;
  } catch {
    return undefined;
  }
}
