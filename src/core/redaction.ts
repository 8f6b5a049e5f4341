/** The secrets that this process has held, so that no line, response or report carries one by accident. */
export class Redaction {
  /** The longest first: one secret may be the beginning of another. */
  readonly #secrets: string[] = [];

  /** Remembers a secret. Very short values are left out: replacing them would garble unrelated text. */
  add(secret: string): void {
    if (secret.length < 4 || this.#secrets.includes(secret)) return;
    this.#secrets.push(secret);
    this.#secrets.sort((a, b) => b.length - a.length);
  }

  /** Forgets one that is worth nothing any more. */
  remove(secret: string): void {
    const index = this.#secrets.indexOf(secret);
    if (index >= 0) this.#secrets.splice(index, 1);
  }

  /** `text` with every known secret replaced, also in its JSON-escaped and URL-encoded forms. */
  readonly redact = (text: string): string => {
    for (const secret of this.#secrets) {
      for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])) {
        if (text.includes(form)) text = text.replaceAll(form, "[redacted]");
      }
    }
    return text;
  };
}
