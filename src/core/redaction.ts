/** The secrets that this process has held, so that no line, response or report carries one by accident. */
export class Redaction {
  /** The longest first: one secret may be the beginning of another. */
  #secrets: string[] = [];
  /** How often each was added: what is forgotten in one place may be in use in another. */
  readonly #uses = new Map<string, number>();

  /** Remembers a secret. Very short values are left out: replacing them would garble unrelated text. */
  add(secret: string): void {
    if (secret.length < 4) return;
    const uses = this.#uses.get(secret) ?? 0;
    this.#uses.set(secret, uses + 1);
    if (uses === 0) this.#secrets = [...this.#secrets, secret].sort((a, b) => b.length - a.length);
  }

  /** Takes one `add()` back; a secret is forgotten with the last. */
  remove(secret: string): void {
    const uses = this.#uses.get(secret) ?? 0;
    if (uses > 1) return void this.#uses.set(secret, uses - 1);
    this.#uses.delete(secret);
    this.#secrets = this.#secrets.filter((one) => one !== secret);
  }

  /** Forgets a secret, however often it was added: one that is of no use to anybody any more. */
  forget(secret: string): void {
    if (this.#uses.delete(secret)) this.#secrets = this.#secrets.filter((one) => one !== secret);
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
