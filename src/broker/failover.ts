import { type Clock, sleep } from "../core/clock.ts";
import { BackendFailure } from "../core/errors.ts";
import type { Attempt } from "../core/types.ts";
import type { Config } from "../config/schema.ts";
import type { ModelRequest } from "../protocol/types.ts";
import type { AppState, Policy } from "../state/app_state.ts";
import { modeWords } from "../state/mode_in_force.ts";
import { isAllowed } from "../state/preference.ts";
import { attempt, firstByteMs } from "./attempt.ts";
import type { Answer, Backend } from "./backend.ts";
import { type Candidate, type CandidateList, mayBeSent, orderCandidates } from "./candidates.ts";
import { Exhausted, exhaustedBy, forbidden, keptFrom, stoppedBy } from "./exhausted.ts";
import { keptOutBy } from "./kept_out.ts";
import { Lease } from "./lease.ts";
import { leavesTheMachine } from "./model_at.ts";
import type { Observer } from "./observation.ts";
import { isTransient, verdictOf } from "./retry_rules.ts";
import { type AnswerOptions, isSamePolicy, nobodyMay, notAsked, passOver, type Search } from "./search.ts";
import type { Slots } from "./slots.ts";
import { stayRule } from "./stay_rule.ts";
import { NotAllowed, type Unanswered } from "./unanswered.ts";

export type { AnswerOptions };

export interface FailoverOptions {
  config: () => Config;
  /** The mode in force, the rules, and what is known of the backends now. */
  state: () => Pick<AppState, "mode" | "modeCause" | "privacy" | "backends">;
  backends: (id: string) => Backend | undefined;
  observer: Observer;
  slots: Slots;
  /** Aborts attempts that the mode or a rule forbids before their answer has begun; the search then goes on with who is allowed. */
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
    options: AnswerOptions,
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
    const { attempts, failures, keptOut } = search;
    const note = keptOut ? undefined : notAsked(this.#options.state());
    throw exhaustedBy(failures, { attempts, model: request.model, note, keptOut });
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
      let policy: Policy | undefined = this.#options.state();
      const hasChanged = () => !policy || !isSamePolicy(policy, this.#options.state());
      const list = this.#order(search);
      const candidates = list.candidates.filter((candidate) => !tried.has(candidate.id));
      const busy: Candidate[] = [];
      for (const [index, candidate] of candidates.entries()) {
        // Who forbids the cloud means also the requests that are on their way.
        if (hasChanged()) break;
        if (candidate.isTakenAway) {
          tried.add(candidate.id);
          passOver(candidate.id, search, this.#options.clock.now());
          continue;
        }
        if (!this.#options.slots.isFree(candidate.id)) {
          busy.push(candidate);
          continue;
        }
        if (search.failures.length > 0 && this.#options.clock.monotonic() >= search.deadline) return undefined;
        tried.add(candidate.id);
        const others = [...busy, ...candidates.slice(index + 1)];
        const committed = await this.#try(candidate, search, { others, lastResort: list.lastResort });
        if (committed === "not_allowed") {
          // It comes again if what forbade it has changed back already.
          tried.delete(candidate.id);
          policy = undefined;
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
    const { request: { model, class: requestClass }, pinned, without, app } = search;
    const { clock, observer } = this.#options;
    const { mode, modeCause, privacy, backends } = this.#options.state();
    const wanted = { model, class: requestClass, pinned, without, app };
    const list = orderCandidates(wanted, backends, { mode, modeCause, privacy, now: clock.monotonic() });
    search.keptOut = list.keptOut;
    for (const id of list.missed) observer.wanted(id);
    if (list.refusal && search.failures.length === 0) {
      for (const { id, isTakenAway } of list.candidates) if (isTakenAway) passOver(id, search, clock.now());
      const { message, ...refusal } = list.refusal;
      throw new Exhausted(message, { ...refusal, attempts: search.attempts });
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
    const leaves = this.#leaves(backend, candidate.model);
    const lease = new Lease(candidate, { ...this.#options, ...permit, ...search, leaves, isReplaced });
    const isAllowed = (policy: Policy) => this.#isAllowed(backend, candidate.model, { search, policy });
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
      if (error instanceof NotAllowed) return this.#givenUp(candidate, search, { lease, leaves });
      if (search.signal.aborted || !(error instanceof BackendFailure)) {
        lease.cancelled();
        throw error;
      }
      lease.failed(error);
      search.failures.push(error);
      const availableElsewhere = others.some(({ has, isTakenAway }) =>
        !isTakenAway && (has === "listed" || has === "mapped")
      );
      if (verdictOf(error, { class: search.request.class, availableElsewhere }) === "next") return undefined;
      throw this.#stopped(error, search);
    } finally {
      settled();
    }
  }

  #stopped(failure: BackendFailure, { attempts, keptOut, request: { model } }: Search): Exhausted {
    if (failure.status === 404 && keptOut?.hasModel) return keptFrom(keptOut, { attempts, model });
    return stoppedBy(failure, attempts);
  }

  #isAllowed({ config }: Backend, model: string, { search, policy }: { search: Search; policy: Policy }): boolean {
    const { mode, privacy } = policy;
    const mustStay = this.#rule(search, privacy) !== undefined;
    const seen = this.#options.state().backends.find((one) => one.config.id === config.id);
    if (seen) return mayBeSent(seen, model, { mode, mustStay });
    return isAllowed(config.location, mode) && !(mustStay && config.location === "cloud");
  }

  #leaves({ config }: Backend, model: string): boolean {
    const seen = this.#options.state().backends.find((one) => one.config.id === config.id);
    return seen ? leavesTheMachine(seen, model) : config.location === "cloud";
  }

  #rule({ request: { model }, app }: Search, privacy: Policy["privacy"]) {
    return stayRule({ model, app }, this.#options.state().backends, privacy);
  }

  /** What the attempt was sent under has changed against it. What may be sent but once goes nowhere else. */
  #givenUp(
    candidate: Candidate,
    search: Search,
    { lease, leaves }: { lease: Lease; leaves: boolean },
  ): "not_allowed" {
    lease.cancelled("not_allowed");
    if (this.#isReplayable(search.request)) return "not_allowed";
    const { mode, modeCause, privacy } = this.#options.state();
    const rule = leaves ? this.#rule(search, privacy) : undefined;
    const kept = leaves ? keptOutBy({ rule, cause: modeCause, hasModel: true }) : undefined;
    const { attempts } = search;
    throw forbidden(candidate.id, { because: modeWords(mode, modeCause), ...kept, attempts });
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
