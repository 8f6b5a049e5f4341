import type { Location, RouteMode } from "../core/types.ts";
import { canonicalModel } from "../protocol/model_names.ts";
import type { BackendState, ModelInfo, PrivacyRules } from "../state/app_state.ts";
import { byPreference } from "../state/preference.ts";
import { routability } from "../state/routability.ts";
import { clientNames } from "../state/status_report.ts";
import { modelAt, runsInTheCloud } from "./model_at.ts";
import { modelIndex } from "./model_index.ts";
import { appRule, modelRule } from "./stay_rule.ts";

/** Where one model can be had. */
export interface ModelPlace {
  backend: string;
  location: Location;
  /** Its name there. */
  model: string;
  /** Whether it is loaded there now. */
  warm: boolean;
  /** What the backend tells of it; `undefined` for a mapped name that its list does not have. */
  info: ModelInfo | undefined;
}

/** One model under the name that programs use. */
export interface ModelEntry {
  name: string;
  /** The place that would answer first comes first; never empty. */
  places: ModelPlace[];
}

/**
 * One list over all backends that can be used now: each model once, with every place that has it, mapped names
 * included. What a rule of privacy keeps from a place is not shown there. Pure; `now` is of the monotonic clock.
 */
export function listModels(
  backends: readonly BackendState[],
  options: { mode: RouteMode; now: number; privacy?: PrivacyRules; app?: string },
): ModelEntry[] {
  const entries = new Map<string, ModelEntry>();
  const { privacy = noRules, app } = options;
  const isRuledApp = appRule(app, privacy) !== undefined;
  const mustStay = (name: string) => isRuledApp || modelRule([name], backends, privacy) !== undefined;
  for (const backend of byPreference(backends, options)) {
    if (!routability(backend, options).routable) continue;
    for (const name of clientNames(backend)) {
      const place = placeIn(backend, name);
      const leaves = backend.config.location === "cloud" || runsInTheCloud(place.model, place.info);
      if (leaves && (options.mode === "local-only" || mustStay(name))) continue;
      addPlace(entries, name, place);
    }
  }
  return [...entries.values()];
}

const noRules: PrivacyRules = { localModels: [], localApps: [] };

function addPlace(entries: Map<string, ModelEntry>, name: string, place: ModelPlace): void {
  const key = canonicalModel(name);
  const entry = entries.get(key);
  if (!entry) entries.set(key, { name, places: [place] });
  else if (!entry.places.some((other) => other.backend === place.backend)) entry.places.push(place);
}

function placeIn(backend: BackendState, name: string): ModelPlace {
  const { model } = modelAt(backend, name);
  const index = modelIndex(backend);
  return {
    backend: backend.config.id,
    location: backend.config.location,
    model,
    warm: index.isWarm(model),
    info: index.listed(model),
  };
}
