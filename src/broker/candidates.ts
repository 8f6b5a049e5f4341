import type { Location, RequestClass, RouteMode } from "../core/types.ts";
import { canonicalModel, isCloudModelName } from "../protocol/model_names.ts";
import type { BackendState, ModelInfo } from "../state/app_state.ts";
import { modeWords } from "../state/mode_in_force.ts";
import { compareRanks, fixedPreference, isAllowed, preference, type PreferenceOptions } from "../state/preference.ts";
import { isModelEjected, routability } from "../state/routability.ts";
import { modelIndex } from "./model_index.ts";

/** What ordering must know of a request. */
export interface Wanted {
  /** The model's name as the client wrote it. */
  model: string;
  class: RequestClass;
  /** The one backend the client named (`x-broker-backend`). */
  pinned?: string;
}

/** A backend to try, best first. */
export interface Candidate {
  id: string;
  /** The model's name there. */
  model: string;
  /** Whether the backend is known to have the model. */
  has: "listed" | "mapped" | "unknown" | "absent";
}

/** Who is tried, in this order. */
export interface CandidateList {
  candidates: Candidate[];
  /** Backends that would come first if they could be used now: their next health check is wanted soon. */
  missed: string[];
  /** Everything is ejected or down: these are tried all the same (Envoy's panic mode). */
  lastResort: boolean;
  /** Nothing may be tried: why, and for how long where that is known. */
  refusal?: { status: number; message: string; retryAfterMs?: number };
}

interface Place extends Candidate {
  backend: BackendState;
  rank: number[];
  /** The rank by settings alone. */
  fixedRank: number[];
  routable: boolean;
}

/** Orders the backends for one request: mode, model, health, load. Pure; `now` is of the monotonic clock. */
export function orderCandidates(
  wanted: Wanted,
  backends: readonly BackendState[],
  options: PreferenceOptions,
): CandidateList {
  const eligible = backends.filter((backend) => isEligible(backend, wanted, options.mode));
  if (eligible.length === 0) {
    const isUnknown = wanted.pinned !== undefined && !backends.some(({ config }) => config.id === wanted.pinned);
    return refused(isUnknown ? 404 : 503, whyNone(wanted, backends, options));
  }
  const places = eligible.map((backend, index) => placeOf(backend, wanted, { ...options, index }));
  const having = withModel(places.sort((a, b) => compareRanks(a.rank, b.rank)), wanted);
  const usable = having.filter((place) => place.routable);
  if (usable.length > 0) {
    const missed = having.slice(0, having.indexOf(usable[0])).map((place) => place.id);
    return { candidates: usable.map(toCandidate), missed, lastResort: false };
  }
  return panic(having, options.now);
}

function isEligible(backend: BackendState, wanted: Wanted, mode: RouteMode): boolean {
  const { id, enabled, location, kind } = backend.config;
  if (!enabled) return false;
  const isLocalOllama = location === "local" && kind === "ollama";
  if (wanted.class === "control" && !isLocalOllama) return false;
  if (wanted.pinned !== undefined && wanted.pinned !== id) return false;
  if (wanted.class === "bound" && wanted.pinned === undefined && !isLocalOllama) return false;
  if (!isAllowed(location, mode)) return false;
  return mode !== "local-only" || mayBeSent(backend, modelAt(backend, wanted.model).model, mode);
}

/** Whether the mode lets a request for this model, by its name there, go to the backend. */
export function mayBeSent(backend: BackendState, model: string, mode: RouteMode): boolean {
  return isAllowed(backend.config.location, mode) && !(mode === "local-only" && leavesTheMachine(backend, model));
}

/** A model that a local Ollama runs in its cloud: its list says so, or the name alone, which need not be listed. */
function leavesTheMachine(backend: BackendState, model: string): boolean {
  return runsInTheCloud(model, modelIndex(backend).listed(model));
}

/** Whether a local backend, whatever its kind (Ollama speaks OpenAI's dialect too), passes the model on to a cloud. */
export function runsInTheCloud(model: string, info: ModelInfo | undefined): boolean {
  return isCloudModelName(model) || info?.remoteHost !== undefined || info?.remoteModel !== undefined;
}

/** Where an answer of the backend comes from, to a request for this model as the client wrote it. */
export function answersFrom(backend: BackendState, model: string): Location {
  return leavesTheMachine(backend, modelAt(backend, model).model) ? "cloud" : backend.config.location;
}

function whyNone(wanted: Wanted, backends: readonly BackendState[], { mode, modeCause }: PreferenceOptions): string {
  const because = modeWords(mode, modeCause);
  if (wanted.pinned !== undefined) {
    const known = backends.find((backend) => backend.config.id === wanted.pinned);
    if (!known) return `No backend is called "${wanted.pinned}"; check x-broker-backend`;
    if (!known.config.enabled) return `Backend "${wanted.pinned}" is switched off`;
    if (!isAllowed(known.config.location, mode)) return `Backend "${wanted.pinned}" is not asked: ${because}`;
  }
  const isStub = (backend: BackendState) =>
    backend.config.enabled && leavesTheMachine(backend, modelAt(backend, wanted.model).model);
  if (mode === "local-only" && backends.some(isStub)) {
    return `Model "${wanted.model}" runs in the cloud, and ${because}`;
  }
  if (wanted.pinned !== undefined) return `Backend "${wanted.pinned}" is not for this request`;
  if (wanted.class === "bound") return "No local Ollama is set up for this request; name a backend in x-broker-backend";
  if (wanted.class === "control" && mode === "cloud-only") {
    return "Models are loaded and unloaded at local backends only, and the mode is cloud-only";
  }
  if (wanted.class === "control") return "No local Ollama is set up that could load or unload a model";
  if (mode === "local-only") return `No local backend is set up and ${because}`;
  if (mode === "cloud-only") return "No cloud backend is set up and the mode is cloud-only";
  return "No backend is switched on; set one up in the configuration";
}

function placeOf(
  backend: BackendState,
  wanted: Wanted,
  options: PreferenceOptions & { index: number },
): Place {
  const { mode, now, index } = options;
  const { config } = backend;
  const { model, has } = modelAt(backend, wanted.model);
  const rank = [
    ...preference(backend, { mode, now }),
    has === "unknown" ? 1 : 0,
    config.maxConcurrent > 0 ? backend.inFlight / config.maxConcurrent : 0,
    index,
  ];
  const fixedRank = [...fixedPreference(backend, mode), index];
  const routable = routability(backend, { mode, now }).routable && !isModelEjected(backend, model, now);
  return { id: config.id, model, has, backend, rank, fixedRank, routable };
}

/** The model's name at a backend, and whether it is there. A mapping of the user's outweighs the backend's list. */
export function modelAt(backend: BackendState, model: string): Pick<Candidate, "model" | "has"> {
  const index = modelIndex(backend);
  const mapped = index.mapped(model);
  if (mapped !== undefined) return { model: mapped, has: "mapped" };
  if (!backend.models) return { model: directCloudName(backend, model) ?? model, has: "unknown" };
  const listed = index.listed(model)?.name;
  // Ollama knows `llama3.2` by all its spellings, and the client's bytes stay as they are; others only by their own.
  if (listed !== undefined) return { model: backend.config.kind === "openai" ? listed : model, has: "listed" };
  const direct = directCloudName(backend, model);
  if (direct !== undefined && index.listed(direct)) return { model: direct, has: "listed" };
  return { model, has: "absent" };
}

/**
 * A local Ollama calls its cloud's models `gpt-oss:120b-cloud` or `kimi:cloud`; asked directly, Ollama Cloud calls them
 * `gpt-oss:120b` and `kimi`.
 */
function directCloudName({ config }: BackendState, model: string): string | undefined {
  if (config.location !== "cloud" || config.kind === "openai") return undefined;
  const direct = model.replace(/[:-]cloud$/, "");
  return direct === model ? undefined : direct;
}

/**
 * Leaves out backends that lack the model. Where every one lacks it they are asked all the same: the client gets the
 * "not found" of the first that is able to say so. Embeddings go only to one and the same model, that of the first
 * backend in the order of the settings, reachable or not: vectors of two models cannot be compared.
 */
function withModel(places: Place[], wanted: Wanted): Place[] {
  // What belongs to one backend goes to the first, whatever its list says, and to no other.
  if (wanted.class === "bound") return places.slice(0, 1);
  const having = places.filter((place) => place.has !== "absent");
  if (having.length === 0) return places;
  if (wanted.class !== "embedding") return having;
  const [first] = having.toSorted((a, b) => compareRanks(a.fixedRank, b.fixedRank));
  const model = canonicalModel(first.model);
  return having.filter((place) => canonicalModel(place.model) === model);
}

function panic(places: Place[], now: number): CandidateList {
  const resting = places.filter((place) => (place.backend.health.cooldown?.until ?? 0) > now);
  const others = places.filter((place) => !resting.includes(place));
  const willing = others.filter((place) => place.backend.health.reach.kind !== "misconfigured");
  const chosen = willing.length > 0 ? willing : others;
  const missed = places.map((place) => place.id);
  if (chosen.length > 0) return { candidates: chosen.map(toCandidate), missed, lastResort: true };
  const retryAfterMs = Math.min(...resting.map((place) => place.backend.health.cooldown!.until - now));
  const names = resting.map((place) => place.id).join(", ");
  return { ...refused(429, `Every backend asked to be left alone for a while: ${names}`, retryAfterMs), missed };
}

function refused(status: number, message: string, retryAfterMs?: number): CandidateList {
  return { candidates: [], missed: [], lastResort: false, refusal: { status, message, retryAfterMs } };
}

function toCandidate({ id, model, has }: Place): Candidate {
  return { id, model, has };
}
