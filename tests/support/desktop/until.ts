/** Patience with other people's programs on a machine that runs many tests at once, in ms. */
const patienceMs = 60_000;
const pauseMs = 50;

/**
 * What `look` finds, asked again and again until it finds something: for what tells nobody when it happens, such as
 * pixels on a screen. Rejects with what `look` last threw when it does not happen in time.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  const text = typeof what === "string" ? what : what();
  throw new Error(`Did not happen within ${patienceMs / 1_000} s: ${text}`, { cause: last });
}
