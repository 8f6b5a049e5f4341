import { type Clock, sleep } from "../core/clock.ts";
import { BackendFailure } from "../core/errors.ts";
import type { Attempt, RouteMode } from "../core/types.ts";
import type { Config } from "../config/schema.ts";
import type { ModelRequest } from "../protocol/types.ts";
import type { AppState } from "../state/app_state.ts";
import { modeWords } from "../state/mode_in_force.ts";
import { isAllowed } from "../state/preference.ts";
import { attempt, firstByteMs } from "./attempt.ts";
import type { Answer, Backend } from "./backend.ts";
import { type Candidate, type CandidateList, mayBeSent, orderCandidates } from "./candidates.ts";
import { Exhausted, exhaustedBy, forbidden, stoppedBy } from "./exhausted.ts";
import { Lease } from "./lease.ts";
import type { Observer } from "./observation.ts";
import { isTransient, verdictOf } from "./retry_rules.ts";
import type { Slots } from "./slots.ts";
import { NotAllowed, type Unanswered } from "./unanswered.ts";

export interface FailoverOptions {
  config: () => Config;
  /** The mode in force, and what is known of the backends now. */
  state: () => Pick<AppState, "mode" | "modeCause" | "backends">;
  backends: (id: string) => Backend | undefined;
  observer: Observer;
  slots: Slots;
  /** Aborts attempts that the mode forbids before their answer has begun; the search then goes on with who is allowed. */
  unanswered: Unanswered;
  clock: Clock;
  random?: () => number;
}

/** An answer that has begun, and what it holds until it ends. */
export interface Committed {
  backend: Backend;
  answer: Answer;
  attempts: readonly Attempt[];
  /** Must be called once the answer has ended, however it did; ends the upstream request if it still runs. */
  release(): void;
  /** Reports that the streamed answer came to its end, whole. */
  completed(): void;
  /** Reports that the started answer broke. */
  broke(failure: BackendFailure): void;
}

/** One request on its way through the backends. */
interface Search {
  request: ModelRequest;
  signal: AbortSignal;
  pinned?: string;
  attempts: Attempt[];
  onTry?: (backend: string) => void;
  failures: BackendFailure[];
  deadline: number;
  /** How long the request may wait in the queue, however often it does. */
  queueUntil: number;
}

/**
 * Tries backend after backend until one gives a first body byte. What is tried and in which order is decided by
 * {@linkcode orderCandidates}, what follows a failure by {@linkcode verdictOf}; this is the loop around both.
 */
export class Failover {
  readonly #options: FailoverOptions;

  constructor(options: FailoverOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the first answer that begins. Throws {@linkcode Exhausted} when none does, `RequestError` when every
   * backend stays busy, and the signal's reason when the client left: then nothing counts against a backend.
   * `attempts` is filled as they happen, also when this throws; `onTry` is told who is asked now.
   */
  async answer(
    request: ModelRequest,
    options: { signal: AbortSignal; pinned?: string; attempts: Attempt[]; onTry?: (backend: string) => void },
  ): Promise<Committed> {
    const { route } = this.#options.config();
    const now = this.#options.clock.monotonic();
    const deadline = now + route.budgetMs;
    const queueUntil = now + Math.min(route.queueMs, route.budgetMs);
    const search: Search = { request, ...options, failures: [], deadline, queueUntil };
    // A body too large to be kept is sent once.
    const rounds = this.#isReplayable(request) ? route.rounds : 1;
    for (let round = 0; round < rounds; round++) {
      if (round > 0 && !(await this.#pause(search, round))) break;
      const committed = await this.#round(search);
      if (committed) return committed;
    }
    const { attempts, failures } = search;
    throw exhaustedBy(failures, { attempts, model: request.model, note: notAsked(this.#options.state()) });
  }

  #isReplayable(request: ModelRequest): boolean {
    return request.class !== "bound" && request.body.byteLength <= this.#options.config().route.replayBytes;
  }

  /** Backoff before another round, with jitter; `false` when another round cannot help. */
  async #pause(search: Search, round: number): Promise<boolean> {
    const { clock, random = Math.random, config } = this.#options;
    if (!search.failures.some(isTransient)) return false;
    const ms = config().route.backoffMs * 2 ** (round - 1) * (0.5 + random());
    if (clock.monotonic() + ms >= search.deadline) return false;
    await sleep(ms, { clock, signal: search.signal });
    return true;
  }

  /** Every candidate once; waits for those that are at their limit. */
  async #round(search: Search): Promise<Committed | undefined> {
    const waitedFor = new Set<string>();
    try {
      return await this.#askAll(search, waitedFor);
    } finally {
      this.#options.slots.handOn(waitedFor);
    }
  }

  async #askAll(search: Search, waitedFor: Set<string>): Promise<Committed | undefined> {
    const tried = new Set<string>();
    for (;;) {
      let mode: RouteMode | undefined = this.#options.state().mode;
      const hasChanged = () => this.#options.state().mode !== mode;
      const list = this.#order(search);
      const candidates = list.candidates.filter((candidate) => !tried.has(candidate.id));
      const busy: Candidate[] = [];
      for (const [index, candidate] of candidates.entries()) {
        // Who forbids the cloud means also the requests that are on their way.
        if (hasChanged()) break;
        if (!this.#options.slots.isFree(candidate.id)) {
          busy.push(candidate);
          continue;
        }
        if (search.failures.length > 0 && this.#options.clock.monotonic() >= search.deadline) return undefined;
        tried.add(candidate.id);
        const others = [...busy, ...candidates.slice(index + 1)];
        const committed = await this.#try(candidate, search, { others, lastResort: list.lastResort });
        if (committed === "not_allowed") {
          // It comes again if the mode has changed back already.
          tried.delete(candidate.id);
          mode = undefined;
          break;
        }
        if (committed) return committed;
        if (search.failures.length > 0 && !this.#isReplayable(search.request)) return undefined;
      }
      if (hasChanged()) continue;
      if (busy.length === 0) break;
      for (const { id } of busy) waitedFor.add(id);
      await this.#waitForTurn(busy, search);
    }
    if (search.failures.length === 0) search.failures.push(nobodyMay([...tried]));
    return undefined;
  }

  #order(search: Search): CandidateList {
    const { request, pinned } = search;
    const { clock, observer } = this.#options;
    const { mode, modeCause, backends } = this.#options.state();
    const list = orderCandidates({ model: request.model, class: request.class, pinned }, backends, {
      mode,
      modeCause,
      now: clock.monotonic(),
    });
    for (const id of list.missed) observer.wanted(id);
    if (list.refusal && search.failures.length === 0) {
      const { message, status, retryAfterMs } = list.refusal;
      throw new Exhausted(message, { status, retryAfterMs, attempts: search.attempts });
    }
    return list;
  }

  #waitForTurn(busy: readonly Candidate[], search: Search): Promise<void> {
    const { clock, slots, config } = this.#options;
    const queueMs = Math.max(0, search.queueUntil - clock.monotonic());
    const { maxQueued } = config().route;
    return slots.wait(busy.map(({ id }) => id), { queueMs, maxQueued, signal: search.signal });
  }

  /** One attempt; `undefined` when it failed, or its breaker lets none pass, and another backend may follow. */
  async #try(
    candidate: Candidate,
    search: Search,
    { others, lastResort }: { others: readonly Candidate[]; lastResort: boolean },
  ): Promise<Committed | "not_allowed" | undefined> {
    const { observer, backends, unanswered } = this.#options;
    const backend = backends(candidate.id);
    if (!backend) return undefined;
    // In the last resort, with everything ejected, the breakers are not asked.
    const permit = observer.acquire(candidate.id, candidate.model) ?? (lastResort ? {} : undefined);
    if (!permit) return undefined;
    search.onTry?.(candidate.id);
    const isReplaced = () => backends(candidate.id) !== backend;
    const lease = new Lease(candidate, { ...this.#options, ...permit, ...search, isReplaced });
    const isAllowed = (mode: RouteMode) => this.#isAllowed(backend, candidate.model, mode);
    const settled = unanswered.add({ isAllowed, abort: lease.abort });
    try {
      const answer = await this.#attempt(backend, candidate, search, lease);
      // It may have been aborted when the answer was here already, and nobody had heard of that.
      lease.abort.signal.throwIfAborted();
      if (answer.rest) lease.began();
      else lease.committed();
      return {
        backend,
        answer,
        attempts: search.attempts,
        release: () => lease.release(),
        completed: () => lease.completed(),
        broke: (e) => lease.broke(e),
      };
    } catch (error) {
      if (error instanceof NotAllowed) return this.#givenUp(candidate, search, lease);
      if (search.signal.aborted || !(error instanceof BackendFailure)) {
        lease.cancelled();
        throw error;
      }
      lease.failed(error);
      search.failures.push(error);
      const availableElsewhere = others.some(({ has }) => has === "listed" || has === "mapped");
      if (verdictOf(error, { class: search.request.class, availableElsewhere }) === "next") return undefined;
      throw stoppedBy(error, search.attempts);
    } finally {
      settled();
    }
  }

  #isAllowed({ config }: Backend, model: string, mode: RouteMode): boolean {
    const seen = this.#options.state().backends.find((one) => one.config.id === config.id);
    return seen ? mayBeSent(seen, model, mode) : isAllowed(config.location, mode);
  }

  /** The mode has changed against the attempt. What may be sent but once goes nowhere else. */
  #givenUp(candidate: Candidate, search: Search, lease: Lease): "not_allowed" {
    lease.cancelled("not_allowed");
    if (this.#isReplayable(search.request)) return "not_allowed";
    const { mode, modeCause } = this.#options.state();
    throw forbidden(candidate.id, { attempts: search.attempts, because: modeWords(mode, modeCause) });
  }

  #attempt(backend: Backend, { model }: Candidate, search: Search, { abort }: Lease): Promise<Answer> {
    const { clock, config } = this.#options;
    const left = search.deadline - clock.monotonic();
    const patience = {
      suspectAfterMs: config().route.suspectAfterMs,
      firstByteMs: firstByteMs(backend, search.request, left),
    };
    return attempt(backend, search.request, { model, abort, clock, patience });
  }
}

/** That a pause keeps the cloud out, where there is one that might have answered. */
function notAsked(
  { mode, modeCause, backends }: Pick<AppState, "mode" | "modeCause" | "backends">,
): string | undefined {
  const hasCloud = backends.some(({ config }) => config.enabled && config.location === "cloud");
  return modeCause.kind === "pause" && hasCloud ? modeWords(mode, modeCause) : undefined;
}

/** Every breaker is half open, its one probe out. */
function nobodyMay(ids: readonly string[]): BackendFailure {
  const message = "Another request is trying it just now; ask again in a moment";
  return new BackendFailure(message, { backend: ids.join(", ") || "broker", phase: "connect", reason: "ejected" });
}
