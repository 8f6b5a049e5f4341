import type { Model } from "./model_types.ts";
import { numberOf, objectOf, textOf } from "./text_answer.ts";

/** An entry of `/api/tags`. */
export function modelOf(entry: unknown): Model {
  const { name, size, modified_at, backends } = objectOf(entry);
  const changed = textOf(modified_at);
  return {
    name: textOf(name),
    backends: (Array.isArray(backends) ? backends : []).map((place) => {
      const { id, location } = objectOf(place);
      return { id: textOf(id), location: location === "cloud" ? "cloud" : "local" };
    }),
    sizeBytes: numberOf(size) ?? 0,
    // What the daemon says of a model whose server does not tell.
    modifiedAt: changed === "" || changed.startsWith("1970-") ? null : changed,
  };
}
