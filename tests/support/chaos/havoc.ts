import type { ServerDialect } from "../../../src/demo/routes.ts";
import { type Fault, gate, type ModelServer } from "../model_server.ts";
import type { Random } from "./random.ts";

export interface Victim {
  server: ModelServer;
  dialect: ServerDialect;
}

/**
 * Breaks and mends servers. What it does is given by the seed; when that meets a request is up to the scheduler. Nothing
 * that it does is a verdict for long: no refused credentials, no long Retry-After.
 */
export class Havoc {
  readonly #victims: readonly Victim[];
  /** What was done, newest last. */
  readonly deeds: string[] = [];
  readonly #stopped = new Set<ModelServer>();
  readonly #held: PromiseWithResolvers<void>[] = [];
  /** Stops and restarts of one server, in order. */
  readonly #running = new Map<ModelServer, Promise<void>>();

  constructor(victims: readonly Victim[]) {
    this.#victims = victims;
  }

  /** A few deeds, or none. */
  strike(random: Random): void {
    if (random.chance(0.3)) this.#release(random);
    if (random.chance(0.5)) this.#strikeOne(random.pick(this.#victims), random);
  }

  /** Everything is well again, after one more restart of every server. */
  async heal(): Promise<void> {
    for (const { resolve } of this.#held.splice(0)) resolve();
    for (const { server } of this.#victims) {
      server.always = undefined;
      server.onHealth = undefined;
      this.#then(server, () => server.stop());
      this.#then(server, () => server.restart());
    }
    await Promise.all(this.#running.values());
  }

  #strikeOne({ server, dialect }: Victim, random: Random): void {
    const die = random.int(100);
    if (this.#stopped.has(server) && die < 60) this.#restart(server);
    else if (die < 30) this.#set(server, undefined);
    else if (die < 84) this.#set(server, this.#fault(dialect, random));
    else if (die < 90) this.#stop(server);
    else if (die < 94) this.#do(server, "cuts its connections", () => server.closeConnections());
    else if (die < 97) this.#hang(server);
    else this.#setHealth(server, random.pick(healthFaults));
  }

  /** Both its work and its health checks are accepted and never answered. */
  #hang(server: ModelServer): void {
    this.#set(server, { kind: "silent" });
    this.#setHealth(server, { kind: "silent" });
  }

  #set(server: ModelServer, fault: Fault | undefined): void {
    this.#note(server, fault ? JSON.stringify(fault) : "is well");
    server.always = fault;
    if (!fault) server.onHealth = undefined;
  }

  #setHealth(server: ModelServer, fault: Fault): void {
    this.#note(server, `answers health checks with ${fault.kind}`);
    server.onHealth = fault;
  }

  #stop(server: ModelServer): void {
    this.#stopped.add(server);
    this.#do(server, "stops", () => server.stop());
  }

  #restart(server: ModelServer): void {
    this.#stopped.delete(server);
    this.#do(server, "restarts", () => server.restart());
  }

  #do(server: ModelServer, what: string, deed: () => Promise<void>): void {
    this.#note(server, what);
    this.#then(server, deed);
  }

  #then(server: ModelServer, deed: () => Promise<void>): void {
    this.#running.set(server, (this.#running.get(server) ?? Promise.resolve()).then(deed));
  }

  #note({ name }: ModelServer, deed: string): void {
    this.deeds.push(`${name} ${deed}`);
  }

  #hold(): Promise<void> {
    const held = gate();
    this.#held.push(held);
    return held.promise;
  }

  #release(random: Random): void {
    const [held] = this.#held.splice(random.int(this.#held.length + 1), 1);
    held?.resolve();
  }

  #fault(dialect: ServerDialect, random: Random): Fault {
    const frames = random.int(12);
    const kinds: (() => Fault)[] = [
      ...plainFaults.map((fault) => () => fault),
      ...[500, 502, 503].map((status) => () => ({ kind: "status", status } as const)),
      () => ({ kind: "status", status: 429, headers: { "Retry-After": random.pick(["0", "0.2", "1"]) } }),
      () => ({ kind: "late_first_byte", until: this.#hold() }),
      () => ({ kind: "headers_then_silence", until: this.#hold() }),
      () => ({ kind: "comments_only", until: this.#hold() }),
      () => ({ kind: "stall_after", frames, until: this.#hold() }),
      () => ({ kind: "heartbeats_after", frames, until: this.#hold() }),
      () => ({ kind: "slow_tokens", gates: [Promise.resolve(), this.#hold(), this.#hold()] }),
      () => ({ kind: "drop_after", frames }),
      () => ({ kind: "end_without_terminal", frames }),
      () => ({ kind: "error_line_after", frames }),
      () => ({ kind: "broken_event_at", frame: frames }),
      () => ({ kind: "split", sizes: 1 + random.int(40) }),
    ];
    // From an Ollama, `done:true` alone is a complete answer that says nothing.
    if (dialect === "openai") kinds.push(() => ({ kind: "done_first" }));
    return random.pick(kinds)();
  }
}

const plainFaults: readonly Fault[] = [
  { kind: "close_on_accept" },
  { kind: "reset" },
  { kind: "silent" },
  { kind: "read_half_body_then_close" },
  { kind: "raw", bytes: "SSH-2.0-OpenSSH_9.6\r\n" },
  { kind: "redirect", location: "/elsewhere" },
  { kind: "duplicate_headers" },
  { kind: "huge_header", bytes: 524_288 },
  { kind: "wrong_length", announced: "longer" },
  { kind: "wrong_length", announced: "shorter" },
  { kind: "empty_body" },
  { kind: "first_event_error" },
  { kind: "malformed_json" },
  { kind: "whole_malformed" },
  { kind: "crlf" },
  { kind: "tool_fragments" },
  { kind: "usage_only_last" },
];

const healthFaults: readonly Fault[] = [
  { kind: "status", status: 500 },
  { kind: "silent" },
  { kind: "close_on_accept" },
  { kind: "malformed_json" },
];
