import { RequestError } from "../core/errors.ts";
import type { BackendState } from "../state/app_state.ts";

/**
 * The backends that a client takes away for one request (`x-broker-without: local, other`). Throws `RequestError` 400
 * for one that is not set up: who misspells it would think it were taken away.
 */
export function backendsWithout(headers: Headers, backends: readonly BackendState[]): string[] {
  const ids = (headers.get("x-broker-without") ?? "").split(",").map((id) => id.trim()).filter((id) => id !== "");
  const known = backends.map(({ config }) => config.id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return ids;
  const there = known.join(", ") || "none";
  throw new RequestError(400, `x-broker-without: no backend is called "${unknown.slice(0, 64)}"; there are: ${there}`);
}
