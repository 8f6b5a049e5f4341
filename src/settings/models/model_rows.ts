import { modelAt, runsInTheCloud } from "../../broker/model_at.ts";
import { modelIndex } from "../../broker/model_index.ts";
import type { BackendKind, Location } from "../../core/types.ts";
import { canonicalModel } from "../../protocol/model_names.ts";
import type { AppState, BackendState, ModelInfo } from "../../state/app_state.ts";
import { modeWords } from "../../state/mode_in_force.ts";
import { byPreference, type PreferenceOptions } from "../../state/preference.ts";
import { routability } from "../../state/routability.ts";
import { clientNames } from "../../state/status_report.ts";

/** One model under the name that programs use. */
export interface ModelRow {
  name: string;
  /** Who would answer comes first; never empty. */
  places: PlaceRow[];
}

/** Where a model lives. */
export interface PlaceRow {
  backend: string;
  kind: BackendKind;
  location: Location;
  /** Its name there. */
  model: string;
  /** Whether the user gave it this name. */
  isMapped: boolean;
  /** Whether the connection lists it; `false` also where its list is not known. */
  isListed: boolean;
  isLoaded: boolean;
  /** Whether a local Ollama only passes it on to its cloud. */
  isPassedOn: boolean;
  sizeBytes?: number;
  /** Such as `3.2B`. */
  parameters?: string;
  /** Why a program cannot use it there now; absent where it can. */
  unusable?: string;
}

type RowsState = Pick<AppState, "backends" | "mode" | "modeCause">;

/**
 * Every model that is known of any connection, usable ones first, each once with every place that has it. Pure; `now` is
 * of the monotonic clock.
 */
export function modelRows({ backends, mode, modeCause }: RowsState, now: number): ModelRow[] {
  const options = { mode, modeCause, now };
  const used = byPreference(backends, options);
  const rows = new Map<string, ModelRow>();
  for (const backend of [...used, ...backends.filter((backend) => !used.includes(backend))]) {
    for (const name of clientNames(backend)) addPlace(rows, name, placeIn(backend, name, options));
  }
  const all = [...rows.values()].map((row) => ({
    ...row,
    places: usableFirst(row.places, (place) => !place.unusable),
  }));
  return usableFirst(all, isUsable);
}

/** Whether programs can use it now, somewhere. */
export function isUsable({ places }: ModelRow): boolean {
  return places.some(({ unusable }) => unusable === undefined);
}

function addPlace(rows: Map<string, ModelRow>, name: string, place: PlaceRow): void {
  const key = canonicalModel(name);
  const row = rows.get(key);
  if (!row) rows.set(key, { name, places: [place] });
  else if (!row.places.some(({ backend }) => backend === place.backend)) row.places.push(place);
}

function placeIn(backend: BackendState, name: string, options: PreferenceOptions): PlaceRow {
  const { id, kind, location } = backend.config;
  const { model, has } = modelAt(backend, name);
  const index = modelIndex(backend);
  const info = index.listed(model);
  const isPassedOn = location === "local" && runsInTheCloud(model, info);
  return {
    backend: id,
    kind,
    location,
    model,
    isMapped: has === "mapped",
    isListed: info !== undefined,
    isLoaded: index.isWarm(model),
    isPassedOn,
    // Of what it passes on, Ollama lists the size of the note that says so.
    sizeBytes: isPassedOn ? undefined : info?.sizeBytes,
    parameters: parametersOf(info),
    unusable: whyUnusable(backend, isPassedOn, options),
  };
}

function whyUnusable(backend: BackendState, isPassedOn: boolean, options: PreferenceOptions): string | undefined {
  const { routable, reason } = routability(backend, options);
  if (!routable) return reason ?? "It cannot be used now";
  if (!isPassedOn || options.mode !== "local-only") return undefined;
  return `It runs in the cloud, and ${modeWords(options.mode, options.modeCause)}`;
}

/** Such as `3.2B`: how many weights it has, in the words of its connection. */
function parametersOf(info: ModelInfo | undefined): string | undefined {
  const size = info?.details?.parameter_size;
  return typeof size === "string" && size.trim() !== "" ? size.trim().slice(0, 20) : undefined;
}

function usableFirst<T>(items: readonly T[], isUsable: (item: T) => boolean): T[] {
  return [...items.filter(isUsable), ...items.filter((item) => !isUsable(item))];
}
