const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** How large JSON may become once it is parsed. */
export interface JsonLimits {
  /** Counted by `{`, `[` and `,`: never fewer than there are objects, lists and their members. */
  values: number;
  /** Objects and lists within one another. */
  depth: number;
}

/** Parsing as much as this takes under a second; a chat of a million values does not exist. */
export const jsonLimits: JsonLimits = { values: 1_000_000, depth: 1_000 };

/**
 * To be called before `JSON.parse`, which would stop everything else for as long as it takes: 125 MB of `{},` become
 * gigabytes, and half a minute. One pass that ends at the limit and skips strings; says nothing about whether the bytes
 * are JSON. Throws `RangeError` beyond the limits.
 */
export function checkJsonSize(bytes: Uint8Array, limits: JsonLimits = jsonLimits): void {
  // What is not even long enough for a nesting too deep costs nothing; an unclosed one is no JSON.
  if (bytes.length <= Math.min(2 * limits.depth, limits.values)) return;
  let values = 1;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === COMMA) values++;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      values++;
      if (++depth > limits.depth) throw new RangeError(`JSON is nested more than ${limits.depth} deep`);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    if (values > limits.values) throw new RangeError(`JSON has more than ${limits.values} values`);
  }
}

/** Where the quote is that closes the string opened at `start`; the end of the bytes where there is none. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    at = bytes.indexOf(QUOTE, at + 1);
    if (at < 0) return bytes.length;
    let escapes = 0;
    while (bytes[at - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
}
