/** Waits for conditions over changing state; whoever changes it calls `changed()`. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  changed(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Resolves once `condition` gives a value; rejects after `timeoutMs`, so that every wait has an end. */
  until<T>(what: string, condition: () => T | undefined, timeoutMs: number): Promise<T> {
    const now = condition();
    if (now !== undefined) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const check = () => {
        const value = condition();
        if (value === undefined) return;
        this.#waiting.delete(check);
        clearTimeout(timer);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`Waited in vain for ${what}: nothing came within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.add(check);
    });
  }
}
