/** Where a value stands in a text. */
interface Span {
  start: number;
  end: number;
}

/**
 * The text of the old file with the cloud's token replaced by an empty one, and every other character as it was: white
 * space, the order of keys, numbers, what we do not know. `text` has to be JSON; the token goes from each place that
 * says `cloud_proxy.auth_token`, also where a key stands twice.
 *
 * Throws, without quoting the text, when the result would differ in more than that.
 */
export function withoutToken(text: string): string {
  const spans = new Scanner(text).valuesAt(["cloud_proxy", "auth_token"]);
  let result = "";
  let from = 0;
  for (const { start, end } of spans) {
    result += `${text.slice(from, start)}""`;
    from = end;
  }
  result += text.slice(from);
  if (!isSameBut(text, result)) {
    throw new Error("the token cannot be taken out without changing other parts of the file");
  }
  return result;
}

function isSameBut(before: string, after: string): boolean {
  const [expected, found] = [parse(before), parse(after)];
  const cloud = expected.cloud_proxy;
  if (typeof cloud === "object" && cloud !== null && Object.hasOwn(cloud, "auth_token")) {
    (cloud as Record<string, unknown>).auth_token = "";
  }
  return JSON.stringify(expected) === JSON.stringify(found);
}

function parse(text: string): Record<string, unknown> {
  return JSON.parse(text.replace(/^\ufeff/, ""));
}

/** Walks over a text that is known to be JSON. */
class Scanner {
  readonly #text: string;
  readonly #spans: Span[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  valuesAt(path: readonly string[]): Span[] {
    if (this.#text.startsWith("\ufeff")) this.#at++;
    this.#value(path);
    return this.#spans;
  }

  /** `path`: the keys that lead to the values looked for from here; `undefined`: they are not in here. */
  #value(path: readonly string[] | undefined): void {
    this.#match(/[ \t\r\n]*/y);
    const start = this.#at;
    const char = this.#text[start];
    if (char === "{") this.#object(path);
    else if (char === "[") this.#list(() => this.#value(undefined));
    else if (char === '"') this.#string();
    else this.#match(/[^\s,\]}]+/y);
    if (path?.length === 0) this.#spans.push({ start, end: this.#at });
  }

  #object(path: readonly string[] | undefined): void {
    this.#list(() => {
      const key = JSON.parse(this.#string());
      this.#match(/[ \t\r\n]*:/y);
      this.#value(path !== undefined && path.length > 0 && path[0] === key ? path.slice(1) : undefined);
    });
  }

  #list(item: () => void): void {
    this.#at++;
    this.#match(/[ \t\r\n]*/y);
    if (/[}\]]/.test(this.#text[this.#at])) return void this.#at++;
    for (;;) {
      item();
      this.#match(/[ \t\r\n]*/y);
      const isEnd = this.#text[this.#at++] !== ",";
      if (isEnd) return;
      this.#match(/[ \t\r\n]*/y);
    }
  }

  #string(): string {
    return this.#match(/"[^"\\]*(?:\\.[^"\\]*)*"/y);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}
