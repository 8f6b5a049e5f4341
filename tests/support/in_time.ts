/** Patience with what should happen at once, in ms. */
const patienceMs = 20_000;

/** `promise`, or a failure that says what did not happen: a test must not wait for ever. */
export async function inTime<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Did not happen within ${patienceMs / 1000} s: ${what}`)), patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
