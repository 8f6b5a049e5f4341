import { canonicalModel } from "./canonical_model.ts";
import type { BackendKind, Location } from "./types.ts";

/** What a status report tells of a backend's models. */
export interface ModelPlace {
  id: string;
  kind: BackendKind;
  location: Location;
  enabled: boolean;
  health: string;
  /** `null`: no health check has passed yet, and its list is not known. */
  latencyMs: number | null;
  /** Names that programs can use there, those of the user's own mapping included. */
  models: readonly string[];
}

/** How many of one backend's models another one has. */
export interface Coverage {
  of: number;
  has: number;
}

/** How many of the models of `missing` a program gets from `standIn` too; `undefined` where a list is not known. */
export function modelCoverage(missing: ModelPlace, standIn: ModelPlace): Coverage | undefined {
  if (missing.latencyMs === null || standIn.latencyMs === null || missing.models.length === 0) return undefined;
  const has = finder(standIn);
  return { of: missing.models.length, has: missing.models.filter(has).length };
}

/** Whether there are other backends in use, their lists are all known, and none of them has the model. */
export function isNowhereElse(model: string, from: string, places: readonly ModelPlace[]): boolean {
  const others = places.filter(({ id, enabled, health }) => id !== from && enabled && health !== "disabled");
  return others.length > 0 && others.every((place) => place.latencyMs !== null && !finder(place)(model));
}

/**
 * Whether a place has a model, to be asked for many: by the names that routing goes by: a local Ollama calls its cloud's models `gpt-oss:120b-cloud` or `kimi:cloud`; asked
 * directly, Ollama Cloud calls them `gpt-oss:120b` and `kimi`.
 */
export function finder({ kind, location, models }: ModelPlace): (name: string) => boolean {
  const names = new Set(models.map(canonicalModel));
  const isDirectCloud = location === "cloud" && kind !== "openai";
  return (name) =>
    names.has(canonicalModel(name)) || (isDirectCloud && names.has(canonicalModel(name.replace(/[:-]cloud$/, ""))));
}
