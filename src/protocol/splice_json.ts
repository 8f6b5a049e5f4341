/** Byte spans of one top-level field: its value, without the white space around it. */
interface Span {
  start: number;
  end: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * `body` with the value of the top-level field `key` replaced by the string `value`, everywhere the key stands; all other
 * bytes stay as they are, so numbers, key order, white space and unknown fields survive. Without the key, `body` itself.
 * Throws `SyntaxError` when `body` is not a JSON object.
 */
export function replaceTopLevelString(
  body: Uint8Array<ArrayBuffer>,
  key: string,
  value: string,
): Uint8Array<ArrayBuffer> {
  return splice(body, new ObjectScanner(body).valuesOf(key), JSON.stringify(value));
}

/**
 * The same for any JSON value; without the key it becomes the object's first field. Throws `SyntaxError` when `body` is
 * not a JSON object, or an empty one.
 */
export function withTopLevel(body: Uint8Array<ArrayBuffer>, key: string, value: unknown): Uint8Array<ArrayBuffer> {
  const scanner = new ObjectScanner(body);
  const spans = scanner.valuesOf(key);
  if (spans.length > 0) return splice(body, spans, JSON.stringify(value));
  const start = scanner.firstKey;
  return splice(body, [{ start, end: start }], `${JSON.stringify(key)}:${JSON.stringify(value)},`);
}

function splice(body: Uint8Array<ArrayBuffer>, spans: Span[], text: string): Uint8Array<ArrayBuffer> {
  if (spans.length === 0) return body;
  const insert = encoder.encode(text);
  const removed = spans.reduce((sum, span) => sum + span.end - span.start, 0);
  const result = new Uint8Array(body.length - removed + spans.length * insert.length);
  let from = 0;
  let to = 0;
  for (const { start, end } of spans) {
    result.set(body.subarray(from, start), to);
    to += start - from;
    result.set(insert, to);
    to += insert.length;
    from = end;
  }
  result.set(body.subarray(from), to);
  return result;
}

/** Walks one JSON object's own fields; what is nested is skipped by its brackets and strings alone. */
class ObjectScanner {
  readonly #bytes: Uint8Array;
  #at = 0;
  /** Where the first field begins, once {@linkcode valuesOf} was called. */
  firstKey = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where the values of `key` are. */
  valuesOf(key: string): Span[] {
    const values: Span[] = [];
    if (this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb && this.#bytes[2] === 0xbf) this.#at = 3;
    this.#skipSpace();
    this.#expect(OPEN_BRACE);
    this.#skipSpace();
    this.firstKey = this.#at;
    if (this.#bytes[this.#at] === CLOSE_BRACE) return values;
    for (;;) {
      this.#skipSpace();
      const name = this.#key();
      this.#skipSpace();
      this.#expect(COLON);
      this.#skipSpace();
      const start = this.#at;
      this.#skipValue();
      if (name === key) values.push({ start, end: this.#at });
      this.#skipSpace();
      if (this.#bytes[this.#at] === CLOSE_BRACE) return values;
      this.#expect(COMMA);
    }
  }

  #key(): string {
    const start = this.#at;
    this.#skipString();
    return JSON.parse(decoder.decode(this.#bytes.subarray(start, this.#at)));
  }

  #skipValue(): void {
    const first = this.#bytes[this.#at];
    if (first === QUOTE) return this.#skipString();
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.#skipNested();
    const start = this.#at;
    while (this.#at < this.#bytes.length && !this.#endsScalar(this.#bytes[this.#at])) this.#at++;
    if (this.#at === start) this.#fail();
  }

  #endsScalar(byte: number): boolean {
    return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20;
  }

  #skipNested(): void {
    let depth = 0;
    do {
      if (this.#at >= this.#bytes.length) this.#fail();
      const byte = this.#bytes[this.#at];
      if (byte === QUOTE) {
        this.#skipString();
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
      this.#at++;
    } while (depth > 0);
  }

  #skipString(): void {
    this.#expect(QUOTE);
    while (this.#bytes[this.#at] !== QUOTE) {
      if (this.#at >= this.#bytes.length) this.#fail();
      this.#at += this.#bytes[this.#at] === BACKSLASH ? 2 : 1;
    }
    this.#at++;
  }

  #skipSpace(): void {
    while (this.#at < this.#bytes.length && this.#bytes[this.#at] <= 0x20) this.#at++;
  }

  #expect(byte: number): void {
    if (this.#bytes[this.#at] !== byte) this.#fail();
    this.#at++;
  }

  #fail(): never {
    throw new SyntaxError(`Cannot change the request: its body is not a JSON object, at byte ${this.#at}`);
  }
}
