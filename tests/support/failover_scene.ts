import { assertEquals } from "@std/assert";
import { Exhausted } from "../../src/broker/exhausted.ts";
import { type AnswerOptions, type Committed, Failover } from "../../src/broker/failover.ts";
import type { Observation } from "../../src/broker/observation.ts";
import { attemptsHeader } from "../../src/broker/request_record.ts";
import { Slots } from "../../src/broker/slots.ts";
import { Unanswered } from "../../src/broker/unanswered.ts";
import type { Config, ConfigInput } from "../../src/config/schema.ts";
import type { FailureReason } from "../../src/core/errors.ts";
import type { Attempt } from "../../src/core/types.ts";
import type { ModelRequest } from "../../src/protocol/types.ts";
import type { BackendState, PrivacyRules } from "../../src/state/app_state.ts";
import type { BackendInput } from "./broker_fixture.ts";
import { FakeClock } from "./fake_clock.ts";
import { backendState, configOf } from "./states.ts";
import { chatRequest, StubBackend, stubFailure, type StubScript, wholeAnswer } from "./stub_backend.ts";

/** How a stub answers: with an answer, by failing, one way after the other, or when the test says. */
export type Answers = "ok" | "wait" | FailureReason;

/** One request on its way. */
export interface Asking {
  attempts: Attempt[];
  client: AbortController;
  result: Promise<Committed>;
  /** `local:reset, cloud:ok`. */
  readonly header: string;
  /** What it ended with; fails when it was answered. */
  refusal(): Promise<Exhausted>;
}

/** Failover over stub backends that are all up: a clock of the test's, no jitter, and a health that only takes notes. */
export class FailoverScene {
  readonly clock = new FakeClock();
  readonly observations: [id: string, Observation][] = [];
  readonly wanted: string[] = [];
  /** Backends whose breaker lets nothing through. */
  readonly denied = new Set<string>();
  readonly slots: Slots;
  readonly unanswered = new Unanswered(() => ({ mode: this.config.route.mode, privacy: this.privacy }));
  /** Rules of privacy in force. */
  privacy: PrivacyRules = { localModels: [], localApps: [] };
  readonly config: Config;
  readonly failover: Failover;
  readonly stubs = new Map<string, StubBackend>();
  states: BackendState[] = [];

  constructor(backends: Record<string, Answers | Answers[]>, options: {
    route?: ConfigInput["route"];
    inputs?: Record<string, Partial<BackendInput>>;
    seen?: Record<string, Parameters<typeof backendState>[1]>;
  } = {}) {
    const { clock, stubs } = this;
    this.config = configOf({ route: options.route });
    for (const [id, answers] of Object.entries(backends)) {
      const state = backendState({ id, ...options.inputs?.[id] }, options.seen?.[id]);
      this.states.push(state);
      stubs.set(id, new StubBackend(state.config, scriptOf(id, answers)));
    }
    this.slots = new Slots({ clock, limit: (id) => stubs.get(id)?.config.maxConcurrent ?? 0, onChange() {} });
    this.failover = new Failover({
      clock,
      slots: this.slots,
      unanswered: this.unanswered,
      config: () => this.config,
      state: () => ({
        mode: this.config.route.mode,
        modeCause: { kind: "chosen" },
        privacy: this.privacy,
        backends: this.states,
      }),
      backends: (id) => stubs.get(id),
      random: () => 0.5,
      observer: {
        observe: (id, observation) => this.observations.push([id, observation]),
        wanted: (id) => this.wanted.push(id),
        acquire: (id) => this.denied.has(id) ? undefined : {},
      },
    });
  }

  sends(id: string): number {
    return this.stubs.get(id)!.sends.length;
  }

  ask(request: ModelRequest = chatRequest(), options: Partial<AnswerOptions> = {}): Asking {
    const attempts: Attempt[] = [];
    const client = new AbortController();
    const result = this.failover.answer(request, { ...options, signal: client.signal, attempts });
    result.catch(() => {});
    return {
      attempts,
      client,
      result,
      get header() {
        return attemptsHeader(attempts);
      },
      async refusal() {
        const error = await result.then(() => undefined, (error) => error);
        if (error instanceof Exhausted) return error;
        throw error ?? new Error(`It was answered: ${attemptsHeader(attempts)}`);
      },
    };
  }

  /** Nothing is left behind: no timer, no waiter, no slot. */
  assertAtRest(): void {
    const held = [...this.stubs.keys()].filter((id) => this.slots.inFlight(id) > 0);
    assertEquals([this.clock.pending, this.slots.waiting, held], [0, 0, []]);
  }
}

function scriptOf(id: string, answers: Answers | Answers[]): StubScript {
  const queue = Array.isArray(answers) ? [...answers] : undefined;
  return {
    ping: (asked) => asked.resolve(),
    send(asked) {
      const answer = queue ? queue.shift() ?? "ok" : answers as Answers;
      if (answer === "ok") asked.resolve(wholeAnswer());
      else if (answer !== "wait") asked.reject(stubFailure(id, answer));
    },
  };
}
