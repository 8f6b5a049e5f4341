import { canonicalModel } from "../protocol/model_names.ts";
import type { BackendState, ModelInfo } from "../state/app_state.ts";

/** What a backend has, to be found by name without walking its lists. */
export interface ModelIndex {
  /** The model that the backend lists under this very name, else under another spelling of it. */
  listed(name: string): ModelInfo | undefined;
  /** The model that the user mapped the name to. */
  mapped(name: string): string | undefined;
  /** Whether the model is loaded there. */
  isWarm(name: string): boolean;
}

/** Of names, as they are written and in their canonical spelling; of two that are the same the first counts. */
interface Names<T> {
  exact: Map<string, T>;
  canonical: Map<string, T>;
}

/** The state is replaced and never changed in place, so a list is read once, for as long as it is in use. */
const read = new WeakMap<object, Names<unknown>>();

export function modelIndex({ models, warm, config }: BackendState): ModelIndex {
  return {
    listed(name) {
      const names = models && namesOf(models, () => models.map((model) => [model.name, model]));
      return names && (names.exact.get(name) ?? names.canonical.get(canonicalModel(name)));
    },
    mapped: (name) => namesOf(config.models, () => Object.entries(config.models)).canonical.get(canonicalModel(name)),
    isWarm: (name) => namesOf(warm, () => warm.map((one) => [one, one])).canonical.has(canonicalModel(name)),
  };
}

function namesOf<T>(source: object, entries: () => [name: string, value: T][]): Names<T> {
  const known = read.get(source) as Names<T> | undefined;
  if (known) return known;
  const names: Names<T> = { exact: new Map(), canonical: new Map() };
  for (const [name, value] of entries()) {
    setIfAbsent(names.exact, name, value);
    setIfAbsent(names.canonical, canonicalModel(name), value);
  }
  read.set(source, names);
  return names;
}

function setIfAbsent<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value);
}
