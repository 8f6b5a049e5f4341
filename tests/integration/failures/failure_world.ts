import { assertEquals } from "@std/assert";
import type { ConfigInput } from "../../../src/config/schema.ts";
import type { Dialect } from "../../../src/core/types.ts";
import type { BackendStatus, StatusReport } from "../../../src/state/status.ts";
import { type BackendInput, BrokerFixture } from "../../support/broker_fixture.ts";
import { ModelServer, type ServerDialect } from "../../support/model_server.ts";
import { type Answer, Following, prompt, readAnswer } from "./answers.ts";
import { SkippingClock } from "./skipping_clock.ts";

export interface WorldOptions {
  /** What the first backend speaks. Default: ollama. */
  local?: ServerDialect;
  /** What the second backend speaks. Default: the other dialect than the first. */
  cloud?: ServerDialect;
  /** Where the first backend is said to be, given where its server is. */
  localUrl?: (url: string) => string;
  /** The token that the first server demands. */
  localToken?: string;
  /** More settings of one backend. */
  localConfig?: Partial<BackendInput>;
  cloudConfig?: Partial<BackendInput>;
  /** Only the first backend is there. */
  alone?: boolean;
  config?: Omit<ConfigInput, "version" | "backends">;
  env?: Record<string, string>;
}

export interface ChatOptions {
  /** Default true. */
  stream?: boolean;
  /** More fields of the request. */
  fields?: Record<string, unknown>;
  headers?: HeadersInit;
  signal?: AbortSignal;
}

/** Each dialect of a client with each kind of the first backend. */
export const pairings = (["ollama", "openai"] as const).flatMap((client) =>
  (["ollama", "openai"] as const).map((local) => ({ client, local, label: `${client} client, ${local} backend` }))
);

export const dialects = ["ollama", "openai"] as const;

export const chatPaths = { ollama: "/api/chat", openai: "/v1/chat/completions" } as const;

export const otherDialect = (dialect: ServerDialect) => dialect === "openai" ? "ollama" : "openai";

/** A whole broker on a clock that can skip, with a local and a cloud model server on real sockets. */
export class FailureWorld implements AsyncDisposable {
  readonly clock: SkippingClock;
  readonly local: ModelServer;
  readonly cloud: ModelServer;
  readonly broker: BrokerFixture;

  private constructor(parts: Pick<FailureWorld, "clock" | "local" | "cloud" | "broker">) {
    this.clock = parts.clock;
    this.local = parts.local;
    this.cloud = parts.cloud;
    this.broker = parts.broker;
  }

  static async start(options: WorldOptions = {}): Promise<FailureWorld> {
    const { local: localKind = "ollama", alone = false } = options;
    const { cloud: cloudKind = otherDialect(localKind) } = options;
    const clock = new SkippingClock();
    await using cleanup = new AsyncDisposableStack();
    const local = cleanup.use(
      await ModelServer.start({ name: "local", dialect: localKind, token: options.localToken }),
    );
    const cloud = cleanup.use(await ModelServer.start({ name: "cloud", dialect: cloudKind }));
    const url = options.localUrl?.(local.url) ?? local.url;
    const backends: BackendInput[] = [
      { id: "local", kind: localKind, url, location: "local", ...options.localConfig },
      { id: "cloud", kind: cloudKind, url: cloud.url, location: "cloud", ...options.cloudConfig },
    ];
    // The record of use waits before it writes and before it closes its file, and timers are counted here.
    const usage = { record: false };
    const config = { usage, ...options.config, backends: alone ? backends.slice(0, 1) : backends };
    const broker = await BrokerFixture.start(config, { clock, env: options.env });
    cleanup.move();
    const world = new FailureWorld({ clock, local, cloud, broker });
    await world.until(({ backends }) => backends.every(({ health }) => health !== "unknown"));
    return world;
  }

  /** Sends a chat; the caller must take the body. */
  open(client: Dialect, { stream = true, fields, headers, signal }: ChatOptions = {}): Promise<Response> {
    const body = { model: "llama3.2", messages: [{ role: "user", content: prompt }], stream, ...fields };
    return this.broker.ask(chatPaths[client], body, { headers, signal });
  }

  /** Sends a chat and reads the answer to its end. */
  async chat(client: Dialect, options: ChatOptions = {}): Promise<Answer> {
    return await readAnswer(client, await this.open(client, options));
  }

  /** Sends a chat whose answer is read as it comes. */
  async follow(client: Dialect, options: ChatOptions = {}): Promise<Following> {
    return new Following(client, await this.open(client, options));
  }

  /** Asks for the status again and again until it is as wanted. */
  async until(isWanted: (status: StatusReport) => boolean, withinMs = 5_000): Promise<StatusReport> {
    const since = performance.now();
    for (;;) {
      const status = await this.broker.status();
      if (isWanted(status)) return status;
      if (performance.now() - since > withinMs) throw new Error(`Waited in vain: ${JSON.stringify(status.backends)}`);
    }
  }

  async backend(id: "local" | "cloud"): Promise<BackendStatus> {
    return (await this.broker.status()).backends.find((backend) => backend.id === id)!;
  }

  /** The figures of `/metrics`, by name and labels. */
  async metrics(): Promise<Map<string, number>> {
    const text = await (await fetch(`${this.broker.url}/metrics`)).text();
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(samples.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at).replace("cloudtolocalllm_", ""), Number(line.slice(at + 1))];
    }));
  }

  /** Nothing is left of any request: not at the servers, in the counters, or as a timer; and nothing was unforeseen. */
  async assertAtRest(): Promise<void> {
    await this.local.waitForIdle();
    await this.cloud.waitForIdle();
    await this.until(({ inFlight }) => inFlight === 0);
    for (const [name, value] of await this.metrics()) {
      if (name.includes("in_flight")) assertEquals([name, value], [name, 0]);
    }
    // Those of the health checks, and of the mark by which the next run knows whether this one crashed.
    await this.clock.waitForPending(2);
    assertEquals(this.broker.log.filter((line) => line.includes("unexpectedly")), []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The servers go first: a running answer would make the broker wait for its end.
    await this.local.stop();
    await this.cloud.stop();
    await this.broker[Symbol.asyncDispose]();
  }
}

const deadlineMs = 30_000;

/** Waits for a part of a test, but not for ever. */
export async function inTime(part: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => late.reject(new Error(`Not over within ${deadlineMs} ms`)), deadlineMs);
  await Promise.race([part, late.promise]).finally(() => clearTimeout(timer));
}

/** A test in a world of its own, after which nothing of any request may be left. */
export function failureTest(name: string, options: WorldOptions, run: (world: FailureWorld) => Promise<void>): void {
  Deno.test(`failure ${name}`, async () => {
    await using world = await FailureWorld.start(options);
    await inTime(run(world).then(() => world.assertAtRest()));
  });
}

/** The same test in every pairing. */
export function eachPairing(
  name: string,
  options: WorldOptions,
  run: (world: FailureWorld, pairing: { client: Dialect; local: "ollama" | "openai" }) => Promise<void>,
): void {
  for (const { client, local, label } of pairings) {
    failureTest(`${name} (${label})`, { ...options, local }, (world) => run(world, { client, local }));
  }
}

/** The same test for streamed and whole answers, in every pairing. */
export function everyPairing(
  name: string,
  options: WorldOptions,
  run: (
    world: FailureWorld,
    pairing: { client: Dialect; local: "ollama" | "openai"; stream: boolean },
  ) => Promise<void>,
): void {
  for (const { client, local, label } of pairings) {
    for (const stream of [true, false]) {
      const title = `${name} (${label}, ${stream ? "streamed" : "whole"})`;
      failureTest(title, { ...options, local }, (world) => run(world, { client, local, stream }));
    }
  }
}
