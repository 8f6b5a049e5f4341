/** Where and why a text is not JSON. Lines and columns count from 1; a column is a UTF-16 unit. */
export interface JsonSyntaxError {
  line: number;
  column: number;
  reason: string;
}

const maxDepth = 100;

/**
 * Finds what is wrong with a text as JSON (RFC 8259), also a key that is there twice, which `JSON.parse` passes over in
 * silence. `JSON.parse` is not asked for the place: its messages quote the text around it, which may hold a secret.
 */
export function findJsonError(text: string): JsonSyntaxError | undefined {
  const reader = new Reader(text);
  try {
    reader.value(0);
    reader.space();
    if (reader.at < text.length) reader.fail("nothing may follow the closing brace");
    return undefined;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const before = text.slice(0, error.at).split("\n");
    return { line: before.length, column: before[before.length - 1].length + 1, reason: error.message };
  }
}

class Stop extends Error {
  constructor(readonly at: number, reason: string) {
    super(reason);
  }
}

class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fail(reason: string, at = this.at): never {
    throw new Stop(at, at >= this.#text.length ? `the text ends too early: ${reason}` : reason);
  }

  space(): void {
    this.#match(/[ \t\r\n]*/y);
    if (/[/#]/.test(this.#next())) this.fail("comments are not allowed in JSON");
  }

  value(depth: number): void {
    this.space();
    if (depth > maxDepth) this.fail("braces are nested too deeply");
    if (this.#next() === "{") return this.#object(depth);
    if (this.#next() === "[") return this.#array(depth);
    if (this.#next() === '"') return void this.#string();
    if (this.#next() === "'") this.fail('texts stand in double quotes (")');
    const found = this.#match(/true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y);
    if (!found) this.fail("expected a value: a text in double quotes, a number, true, false, null, { or [");
    if (/[\w.+-]/.test(this.#next())) {
      this.fail("expected a value; texts stand in double quotes", this.at - found.length);
    }
  }

  #next(): string {
    return this.#text.charAt(this.at);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  #object(depth: number): void {
    const keys = new Set<string>();
    this.#list("}", () => {
      if (this.#next() !== '"') this.fail("expected a key in double quotes");
      const start = this.at;
      const key = this.#string();
      if (keys.has(key)) this.fail("this key is there twice", start);
      keys.add(key);
      this.space();
      if (this.#next() !== ":") this.fail("expected a colon after the key");
      this.at++;
      this.value(depth + 1);
    });
  }

  #array(depth: number): void {
    this.#list("]", () => this.value(depth + 1));
  }

  #list(end: "}" | "]", item: () => void): void {
    this.at++;
    this.space();
    if (this.#next() === end) return void this.at++;
    for (;;) {
      item();
      this.space();
      if (this.#next() === end) return void this.at++;
      if (this.#next() !== ",") this.fail(`expected a comma or ${end}`);
      const comma = this.at++;
      this.space();
      if (this.#next() === end) this.fail(`no comma may stand before ${end}`, comma);
    }
  }

  #string(): string {
    const start = this.at++;
    // deno-lint-ignore no-control-regex -- JSON forbids them inside a text
    this.#match(/(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/y);
    if (this.#next() === "\\") this.fail("this escape is not known; a backslash itself is written \\\\");
    if (this.#next() !== '"') this.fail('expected the closing double quote (") of a text');
    this.at++;
    return JSON.parse(this.#text.slice(start, this.at));
  }
}
