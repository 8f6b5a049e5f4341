import { isPlainObject } from "./unknown_keys.ts";

/** `target` changed by a JSON merge patch (RFC 7396): `null` removes, objects merge, all else replaces. Pure. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  // Without a prototype a key such as __proto__ is a key like any other, and is then found not to belong there.
  const result: Record<string, unknown> = Object.assign(Object.create(null), isPlainObject(target) ? target : {});
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
