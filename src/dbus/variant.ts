import type { Value, Variant } from "./types.ts";

/** A value for `v`: `variant("s", "hello")`. That it fits the signature is found when it is written. */
export function variant(signature: string, value: Value): Variant {
  return { signature, value };
}
