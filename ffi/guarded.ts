/** Takes what a callback throws: through GTK's own frames no exception may pass. */
export type OnError = (error: unknown) => void;

/** `fn` as GTK may call it: what it throws goes to `onError`, and GTK gets `otherwise`. */
export function guarded<A extends unknown[], R>(
  fn: (...args: A) => R,
  otherwise: R,
  onError: OnError,
): (...args: A) => R {
  return (...args) => {
    try {
      return fn(...args);
    } catch (error) {
      onError(error);
      return otherwise;
    }
  };
}
