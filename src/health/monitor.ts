import { LinkedAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import { BackendFailure, messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Config } from "../config/schema.ts";
import type { Backend } from "../broker/backend.ts";
import type { Observation, Observer } from "../broker/observation.ts";
import { penaltyOf } from "../broker/retry_rules.ts";
import { NotAllowed, Unanswered } from "../broker/unanswered.ts";
import type { AppState, BackendState } from "../state/app_state.ts";
import { isAllowed } from "../state/preference.ts";
import { initialHealth } from "../state/health_state.ts";
import { routability } from "../state/routability.ts";
import type { Store } from "../state/store.ts";
import { facts } from "./observed_facts.ts";
import { withoutSecrets } from "./without_secrets.ts";
import { needsNetwork, type NetworkLoss, networkLoss } from "./network_loss.ts";
import { probeDelayMs } from "./probe_delay.ts";
import { acquire, nextHealth } from "./transitions.ts";

export interface MonitorOptions {
  store: Store<AppState>;
  backends: (id: string) => Backend | undefined;
  config: () => Config;
  clock: Clock;
  log: Log;
  random?: () => number;
  /** Takes secrets out of what a backend tells of itself. Default: it is shown as it is. */
  redact?: (text: string) => string;
}

interface Schedule {
  dueAt: number;
  /** The check that runs now. */
  probing: Promise<void> | undefined;
  wasUsed: boolean;
  lastAt: number;
}

/** How soon a backend that a request wanted may be asked again. */
const wantedAfterMs = 2_000;

/**
 * The one writer of health: takes observations from requests, asks backends on its own schedule, and keeps one timer for
 * all of them.
 */
export class Monitor implements Observer {
  readonly #options: MonitorOptions;
  readonly #schedules = new Map<string, Schedule>();
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  readonly #unanswered = new Unanswered(() => this.#options.store.state);
  #cancelTimer: (() => void) | undefined;
  #lastPermit = 0;
  #loss: NetworkLoss | undefined;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /**
   * Begins, and after a changed configuration, mode or network takes up, the checks of all backends that are enabled and
   * that the mode allows: in `local-only` none of the cloud is asked, none sees its token, and checks on their way end.
   */
  refresh(): void {
    this.#unanswered.enforce();
    const now = this.#options.clock.monotonic();
    const loss = networkLoss(this.#options.store.state.surroundings.network);
    const isNews = loss !== this.#loss;
    this.#loss = loss;
    const { backends, mode } = this.#options.store.state;
    const checked = backends.filter(({ config }) => config.enabled && isAllowed(config.location, mode));
    const ids = new Set(checked.map(({ config }) => config.id));
    for (const id of this.#schedules.keys()) if (!ids.has(id)) this.#schedules.delete(id);
    for (const backend of checked) {
      const { id } = backend.config;
      const schedule = this.#schedules.get(id);
      if (!schedule) {
        this.#checkNow(id);
      } // Its settings have changed: what was seen of the old ones, and when, is void.
      else if (backend.health.reach.kind === "unknown") schedule.dueAt = now;
    }
    this.#tellNetwork(isNews);
    this.#arm();
  }

  /** Asks every backend that is checked now, such as after the machine slept. */
  probeAll(): void {
    for (const id of this.#schedules.keys()) this.#checkNow(id);
    this.#arm();
  }

  /**
   * Asks the reachable backends of this machine again, unless that was done within `youngMs`, and waits for it: their
   * lists of models then show what was pulled or removed a moment ago.
   */
  async refreshModels(youngMs: number): Promise<void> {
    const now = this.#options.clock.monotonic();
    const probes = this.#options.store.state.backends.flatMap(({ config, health }) => {
      const schedule = this.#schedules.get(config.id);
      const isWorthIt = config.location === "local" && health.reach.kind !== "down" && schedule;
      if (!isWorthIt || (!schedule.probing && now - schedule.lastAt < youngMs)) return [];
      if (!schedule.probing) this.#start(config.id, schedule);
      return schedule.probing ?? [];
    });
    await Promise.all(probes);
  }

  /** Asks a backend for its models again, because a request has changed them. */
  async modelsChanged(id: string): Promise<void> {
    // A check that runs already may have seen the models as they were.
    await this.#schedules.get(id)?.probing;
    if (!this.#stop.signal.aborted) await this.probeNow(id);
  }

  /** Asks one backend now and waits for it, such as at the end of a connection test. */
  async probeNow(id: string): Promise<void> {
    const schedule = this.#schedules.get(id);
    if (!schedule) return;
    if (!schedule.probing) this.#start(id, schedule);
    await schedule.probing;
  }

  /** Takes nothing for known of these backends, and asks them at once: their tokens have changed. */
  startOver(ids: readonly string[]): void {
    for (const id of ids) {
      this.#update(id, (backend) => ({ ...backend, health: initialHealth }));
      if (this.#schedules.has(id)) this.#checkNow(id);
    }
    this.#tellNetwork(false);
    this.#arm();
  }

  observe(id: string, observation: Observation): void {
    const schedule = this.#schedules.get(id);
    if (schedule && observation.kind.startsWith("request_")) schedule.wasUsed = true;
    let before: BackendState | undefined;
    let after: BackendState | undefined;
    this.#update(id, (backend) => {
      before = backend;
      const { breaker, health } = this.#options.config();
      const next = nextHealth(backend.health, observation, { ...breaker, threshold: health.threshold });
      return after = { ...backend, health: next, ...facts(backend, observation) };
    });
    if (before && after) this.#report(before, after);
    if (observation.kind !== "request_failed") return;
    if (after?.health.reach !== before?.health.reach) this.#checkSoon(id);
    else if (penaltyOf(observation) === "backend") this.wanted(id);
  }

  wanted(id: string): void {
    const schedule = this.#schedules.get(id);
    if (!schedule || schedule.probing) return;
    const soon = Math.max(this.#options.clock.monotonic(), schedule.lastAt + wantedAfterMs);
    if (soon >= schedule.dueAt) return;
    schedule.dueAt = soon;
    this.#arm();
  }

  acquire(id: string, model: string): { permit?: number } | undefined {
    const backend = this.#options.store.state.backends.find((one) => one.config.id === id);
    if (!backend) return undefined;
    const permit = ++this.#lastPermit;
    const result = acquire(backend.health, model, this.#options.clock.monotonic(), permit);
    if (!result) return undefined;
    if (!result.isProbe) return {};
    this.#update(id, (old) => ({ ...old, health: result.state }));
    return { permit };
  }

  /** Ends all checks; no timer and no connection of theirs is left. */
  async close(): Promise<void> {
    this.#stop.abort(new Error("The daemon stops"));
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await Promise.allSettled(this.#running);
  }

  /**
   * Tells the backends that need it of a network that is lost or back (a new one also of one lost before), and checks
   * them at once: whoever says so may be wrong.
   */
  #tellNetwork(isNews: boolean): void {
    const at = this.#options.clock.monotonic();
    const reason = this.#loss;
    for (const { config, health } of this.#options.store.state.backends) {
      if (!needsNetwork(config) || !(isNews || (reason && health.reach.kind === "unknown"))) continue;
      this.observe(config.id, reason ? { kind: "network_lost", at, reason } : { kind: "network_back", at });
      if (this.#schedules.has(config.id)) this.#checkNow(config.id);
    }
  }

  /** What a check that runs already will find is out of date, and not heard: another one is due. */
  #checkNow(id: string): void {
    const dueAt = this.#options.clock.monotonic();
    this.#schedules.set(id, { dueAt, probing: undefined, wasUsed: false, lastAt: -Infinity });
  }

  #checkSoon(id: string): void {
    const schedule = this.#schedules.get(id);
    if (!schedule) return;
    schedule.dueAt = this.#options.clock.monotonic() + this.#options.config().health.downIntervalMs;
    this.#arm();
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#stop.signal.aborted) return;
    let next = Infinity;
    for (const schedule of this.#schedules.values()) if (!schedule.probing) next = Math.min(next, schedule.dueAt);
    if (next === Infinity) return;
    const delay = Math.max(0, next - this.#options.clock.monotonic());
    this.#cancelTimer = this.#options.clock.after(delay, () => this.#probeDue());
  }

  #probeDue(): void {
    const now = this.#options.clock.monotonic();
    for (const [id, schedule] of this.#schedules) {
      if (schedule.probing || schedule.dueAt > now) continue;
      this.#start(id, schedule);
    }
    this.#arm();
  }

  #start(id: string, schedule: Schedule): void {
    const probe = this.#probe(id, schedule).finally(() => this.#running.delete(probe));
    schedule.probing = probe;
    this.#running.add(probe);
  }

  async #probe(id: string, schedule: Schedule): Promise<void> {
    const backend = this.#options.backends(id);
    const observation = await (backend && this.#ask(backend));
    schedule.probing = undefined;
    if (this.#stop.signal.aborted || this.#schedules.get(id) !== schedule) return;
    // A probe of a backend object that a new configuration has replaced says nothing about the new one.
    if (observation && this.#options.backends(id) === backend) this.observe(id, observation);
    this.#plan(id, schedule);
  }

  #plan(id: string, schedule: Schedule): void {
    const { clock, random = Math.random, config, store } = this.#options;
    const state = store.state.backends.find((one) => one.config.id === id);
    const delay = state &&
      probeDelayMs(state, config().health, { wasUsed: schedule.wasUsed, random: random() });
    schedule.lastAt = clock.monotonic();
    schedule.wasUsed = false;
    schedule.dueAt = delay === undefined ? Infinity : schedule.lastAt + delay;
    this.#arm();
  }

  async #ask(backend: Backend): Promise<Observation | undefined> {
    const { clock, redact = (text: string) => text } = this.#options;
    const { id, timeouts, location } = backend.config;
    const reason = () => lateProbe(id, timeouts.probeMs);
    using limit = new LinkedAbort(this.#stop.signal).abortAfter(timeouts.probeMs, { clock, reason });
    const settled = this.#unanswered.add({ isAllowed: ({ mode }) => isAllowed(location, mode), abort: limit });
    try {
      const result = withoutSecrets(await backend.probe(limit.signal), redact);
      return { kind: "probe_passed", at: clock.monotonic(), result };
    } catch (error) {
      const failure = limit.signal.aborted ? limit.signal.reason : error;
      if (this.#stop.signal.aborted || failure instanceof NotAllowed) return undefined;
      if (!(failure instanceof BackendFailure)) {
        this.#options.log.error("Health check failed unexpectedly", { backend: id, error: messageOf(error) });
        return { kind: "probe_failed", at: clock.monotonic(), reason: "malformed" };
      }
      return { kind: "probe_failed", at: clock.monotonic(), reason: failure.reason, status: failure.status };
    } finally {
      settled();
    }
  }

  #update(id: string, change: (backend: BackendState) => BackendState): void {
    this.#options.store.update((state) => {
      const index = state.backends.findIndex((backend) => backend.config.id === id);
      if (index < 0) return state;
      return { ...state, backends: state.backends.with(index, change(state.backends[index])) };
    });
  }

  #report(before: BackendState, after: BackendState): void {
    const options = { mode: this.#options.store.state.mode, now: this.#options.clock.monotonic() };
    const [was, is] = [routability(before, options), routability(after, options)];
    if (was.health === is.health) return;
    const fields = { backend: after.config.id, health: is.health, reason: is.reason };
    if (is.routable) this.#options.log.info("Backend can be used", fields);
    else this.#options.log.warn("Backend cannot be used", fields);
  }
}

function lateProbe(backend: string, limitMs: number): BackendFailure {
  const options = { backend, phase: "headers", reason: "unresponsive" } as const;
  return new BackendFailure(`Health check of ${backend} took longer than ${limitMs} ms`, options);
}
