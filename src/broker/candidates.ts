import type { Location, RequestClass, RouteMode } from "../core/types.ts";
import { canonicalModel } from "../protocol/model_names.ts";
import type { BackendState, PrivacyRules } from "../state/app_state.ts";
import { modeWords } from "../state/mode_in_force.ts";
import { compareRanks, fixedPreference, isAllowed, preference, type PreferenceOptions } from "../state/preference.ts";
import { isModelEjected, routability } from "../state/routability.ts";
import { type KeptOut, keptOutBy } from "./kept_out.ts";
import { leavesTheMachine, modelAt, type ModelThere, runsInTheCloud } from "./model_at.ts";
import { modelIndex } from "./model_index.ts";
import { type RuledBy, type StayRule, stayRule } from "./stay_rule.ts";

/** What ordering must know of a request. */
export interface Wanted extends RuledBy {
  class: RequestClass;
  /** The one backend the client named (`x-broker-backend`). */
  pinned?: string;
  /** Backends that the client takes away for this one request (`x-broker-without`). */
  without?: readonly string[];
}

export interface OrderOptions extends PreferenceOptions {
  /** Default: no rules. */
  privacy?: PrivacyRules;
}

/** A backend to try, best first. */
export interface Candidate extends ModelThere {
  id: string;
  /** Its turn is passed over, seen by all: the client has taken it away. */
  isTakenAway?: boolean;
}

/** Who is tried, in this order. */
export interface CandidateList {
  candidates: Candidate[];
  /** Backends that would come first if they could be used now: their next health check is wanted soon. */
  missed: string[];
  /** Everything is ejected or down: these are tried all the same (Envoy's panic mode). */
  lastResort: boolean;
  /** Nothing may be tried: why, and for how long where that is known. */
  refusal?: { status: number; message: string; code?: string; retryAfterMs?: number };
  /** Set where a rule or the cap keeps out backends that might have answered. */
  keptOut?: KeptOut;
}

interface Place extends Candidate {
  backend: BackendState;
  rank: number[];
  /** The rank by settings alone. */
  fixedRank: number[];
  routable: boolean;
}

const noRules: PrivacyRules = { localModels: [], localApps: [] };

/**
 * Orders the backends for one request: rules of privacy, which no mode and no header widens, then mode, model, health,
 * load. Pure; `now` is of the monotonic clock.
 */
export function orderCandidates(
  wanted: Wanted,
  backends: readonly BackendState[],
  options: OrderOptions,
): CandidateList {
  const rule = stayRule(wanted, backends, options.privacy ?? noRules);
  const { mode } = options;
  const eligible = backends.filter((backend) => isEligible(backend, wanted, { mode, mustStay: rule !== undefined }));
  const keptOut = whoIsKeptOut(wanted, backends, { rule, modeCause: options.modeCause });
  if (eligible.length === 0 && keptOut) {
    return { ...refused(keptOut.status, whyKeptOut(wanted, backends, keptOut), keptOut), keptOut };
  }
  if (eligible.length === 0) {
    const isUnknown = wanted.pinned !== undefined && !backends.some(({ config }) => config.id === wanted.pinned);
    return refused(isUnknown ? 404 : 503, whyNone(wanted, backends, options));
  }
  const places = eligible.map((backend, index) => placeOf(backend, wanted, { ...options, index }));
  const having = withModel(places.sort((a, b) => compareRanks(a.rank, b.rank)), wanted);
  return { ...listOf(having, options.now), keptOut };
}

function listOf(having: Place[], now: number): CandidateList {
  const asked = having.filter((place) => !place.isTakenAway);
  const takenAway = having.filter((place) => place.isTakenAway).map(toCandidate);
  if (asked.length === 0) {
    const names = takenAway.map(({ id }) => id).join(", ");
    const message = `Nobody else can answer: x-broker-without takes away ${names}`;
    return { ...refused(503, message), candidates: takenAway };
  }
  const first = asked.find((place) => place.routable);
  if (!first) {
    const list = panic(asked, now);
    return { ...list, candidates: [...takenAway, ...list.candidates] };
  }
  const missed = asked.slice(0, asked.indexOf(first)).map((place) => place.id);
  const usable = having.filter((place) => place.routable || place.isTakenAway);
  return { candidates: usable.map(toCandidate), missed, lastResort: false };
}

/** What the mode and the rules let be used, before its health is asked. */
function isEligible(
  backend: BackendState,
  wanted: Wanted,
  { mode, mustStay }: { mode: RouteMode; mustStay: boolean },
): boolean {
  const { id, enabled, location, kind } = backend.config;
  if (!enabled) return false;
  const isLocalOllama = location === "local" && kind === "ollama";
  if (wanted.class === "control" && !isLocalOllama) return false;
  if (wanted.pinned !== undefined && wanted.pinned !== id) return false;
  if (wanted.class === "bound" && wanted.pinned === undefined && !isLocalOllama) return false;
  if (!isAllowed(location, mode)) return false;
  if (mode !== "local-only" && !mustStay) return true;
  return mayBeSent(backend, modelAt(backend, wanted.model).model, { mode, mustStay });
}

/** Whether a request for this model, by its name there, may go to the backend. `mustStay`: by a rule of privacy. */
export function mayBeSent(
  backend: BackendState,
  model: string,
  { mode, mustStay }: { mode: RouteMode; mustStay: boolean },
): boolean {
  if (!isAllowed(backend.config.location, mode)) return false;
  return !((mode === "local-only" || mustStay) && leavesTheMachine(backend, model));
}

function whoIsKeptOut(
  wanted: Wanted,
  backends: readonly BackendState[],
  { rule, modeCause }: { rule: StayRule | undefined; modeCause: PreferenceOptions["modeCause"] },
): KeptOut | undefined {
  if (!rule && modeCause?.kind !== "cap") return undefined;
  const free = { mode: "local-first", mustStay: false } as const;
  const there = backends.filter((backend) => isEligible(backend, wanted, free))
    .map((backend) => ({ backend, ...modelAt(backend, wanted.model) }))
    .filter(({ backend, model }) => leavesTheMachine(backend, model));
  if (there.length === 0) return undefined;
  const hasModel = there.some(({ has }) => has === "listed" || has === "mapped");
  return keptOutBy({ rule, cause: modeCause, hasModel });
}

function whyKeptOut(wanted: Wanted, backends: readonly BackendState[], { because, advice }: KeptOut): string {
  if (wanted.pinned !== undefined) return `Backend "${wanted.pinned}" is not asked: ${because}; ${advice}`;
  if (backends.some((backend) => isStub(backend, wanted.model))) {
    return `Model "${wanted.model}" runs in the cloud, and ${because}; ${advice}`;
  }
  return `No local backend may be asked, and ${because}; set one up, or ${advice}`;
}

/** Whether a backend in use hands the model on to its cloud. */
function isStub(backend: BackendState, wanted: string): boolean {
  const { model } = modelAt(backend, wanted);
  return backend.config.enabled && runsInTheCloud(model, modelIndex(backend).listed(model));
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
  if (mode === "local-only" && backends.some((backend) => isStub(backend, wanted.model))) {
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
  const isTakenAway = wanted.without?.includes(config.id);
  return { id: config.id, model, has, isTakenAway, backend, rank, fixedRank, routable };
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
  return { ...refused(429, `Every backend asked to be left alone for a while: ${names}`, { retryAfterMs }), missed };
}

function refused(
  status: number,
  message: string,
  { retryAfterMs, code }: { retryAfterMs?: number; code?: string } = {},
): CandidateList {
  return {
    candidates: [],
    missed: [],
    lastResort: false,
    refusal: { status, message, retryAfterMs, ...code && { code } },
  };
}

function toCandidate({ id, model, has, isTakenAway }: Place): Candidate {
  return isTakenAway ? { id, model, has, isTakenAway } : { id, model, has };
}
