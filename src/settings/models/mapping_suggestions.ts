import { finder, modelCoverage, type ModelPlace } from "../../core/model_coverage.ts";
import type { AppState, BackendState } from "../../state/app_state.ts";
import { byPreference, type PreferenceOptions } from "../../state/preference.ts";
import { clientNames } from "../../state/status_report.ts";
import type { Mapping } from "./mapping.ts";
import { suggestMapping } from "./suggest_mapping.ts";

/** What a stand-in lacks of the first choice's models. */
export interface StandInGap {
  /** Who is asked first. */
  first: string;
  standIn: string;
  /** How many of its models the stand-in has, out of how many. */
  has: number;
  of: number;
  /** What might answer in their place. */
  suggestions: Mapping[];
}

/**
 * For each stand-in that lacks models of the first choice: which of its own might answer for them. Only where both
 * lists are known. Pure; `now` is of the monotonic clock.
 */
export function standInGaps({ backends, mode, modeCause }: AppState, now: number): StandInGap[] {
  const [first, ...others] = byPreference(backends, { mode, modeCause, now } satisfies PreferenceOptions);
  if (!first?.models) return [];
  return others.flatMap((standIn) => gapOf(first, standIn) ?? []);
}

function gapOf(first: BackendState, standIn: BackendState): StandInGap | undefined {
  const [missing, stand] = [placeOf(first), placeOf(standIn)];
  const coverage = modelCoverage(missing, stand);
  if (!coverage || coverage.has === coverage.of) return undefined;
  const has = finder(stand);
  const lacking = missing.models.filter((name) => !has(name));
  const suggestions = lacking.flatMap((name) => {
    const model = suggestMapping(name, namesAt(standIn), { sizeB: sizeOf(first, name) });
    return model === undefined ? [] : [{ backend: standIn.config.id, name: name.replace(/:latest$/, ""), model }];
  });
  return { first: first.config.id, standIn: standIn.config.id, ...coverage, suggestions };
}

function placeOf(backend: BackendState): ModelPlace {
  const { id, kind, location, enabled } = backend.config;
  const latencyMs = backend.models === undefined ? null : backend.latencyMs ?? 0;
  return { id, kind, location, enabled, health: "up", latencyMs, models: clientNames(backend) };
}

const names = new WeakMap<object, readonly string[]>();

/** Of one list always the same array, so that it is read into families once. */
function namesAt({ models = [] }: BackendState): readonly string[] {
  const known = names.get(models) ?? models.map(({ name }) => name);
  names.set(models, known);
  return known;
}

/** What the list tells of a model's weights: `3.2B`, `137M`. */
function sizeOf({ models = [] }: BackendState, name: string): number | undefined {
  const told = models.find((model) => model.name === name)?.details?.parameter_size;
  const [, figure, unit] = String(told ?? "").match(/^(\d+(?:\.\d+)?)\s*([MBT])$/i) ?? [];
  if (!figure) return undefined;
  return Number(figure) * ({ M: 0.001, B: 1, T: 1_000 }[unit.toUpperCase()] ?? 1);
}
