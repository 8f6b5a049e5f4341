import type { ConfigProblem } from "./config_error.ts";
import { shownValue } from "./looks_secret.ts";
import { pathText } from "./path_text.ts";
import { isPlainObject } from "./unknown_keys.ts";

/** Each backend whose id an earlier one has; what else is wrong with the list is not told here. */
export function repeatedIdProblems({ backends }: { backends?: unknown }): ConfigProblem[] {
  if (!Array.isArray(backends)) return [];
  const owners = new Map<string, number>();
  return backends.flatMap((backend: unknown, index) => {
    const id = isPlainObject(backend) ? backend.id : undefined;
    if (typeof id !== "string") return [];
    const owner = owners.get(id);
    if (owner === undefined) {
      owners.set(id, index);
      return [];
    }
    const keys = ["backends", index, "id"];
    const reason = `every backend needs an id of its own; backends[${owner}] has this one`;
    return [{ path: pathText(keys), reason, value: shownValue(id, keys) }];
  });
}
