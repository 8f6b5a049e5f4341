import { assertEquals } from "@std/assert";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { StatusReport } from "../../src/state/status.ts";
import { BrokerFixture, type BrokerFixtureOptions } from "./broker_fixture.ts";
import { ModelServer, type ScriptedModel } from "./model_server.ts";

const backendIds = ["local", "ollama-cloud", "openai-cloud"] as const;
type Id = typeof backendIds[number];

export interface PolicySceneOptions extends BrokerFixtureOptions {
  /** Of all servers. */
  models?: readonly ScriptedModel[];
  /** Of the local one, where it has others. */
  localModels?: readonly ScriptedModel[];
  /** Names that programs use, at each backend. */
  mapped?: Partial<Record<Id, Record<string, string>>>;
  maxConcurrent?: number;
}

/** A broker over a local Ollama and two clouds, one of each dialect, all up and checked. */
export class PolicyScene implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  readonly servers: Readonly<Record<Id, ModelServer>>;
  readonly broker: BrokerFixture;
  readonly #config: Omit<ConfigInput, "version">;

  private constructor(
    servers: Record<Id, ModelServer>,
    broker: BrokerFixture,
    parts: { config: Omit<ConfigInput, "version">; resources: AsyncDisposableStack },
  ) {
    this.servers = servers;
    this.broker = broker;
    this.#config = parts.config;
    this.#resources = parts.resources;
  }

  static async start(
    more: Omit<ConfigInput, "version" | "backends">,
    options: PolicySceneOptions = {},
  ): Promise<PolicyScene> {
    await using resources = new AsyncDisposableStack();
    const { models, localModels = models, mapped = {}, maxConcurrent, ...fixture } = options;
    const start = async (name: Id, dialect: "ollama" | "openai", models?: readonly ScriptedModel[]) =>
      resources.use(await ModelServer.start({ name, dialect, ...models && { models } }));
    const servers = {
      "local": await start("local", "ollama", localModels),
      "ollama-cloud": await start("ollama-cloud", "ollama", models),
      "openai-cloud": await start("openai-cloud", "openai", models),
    };
    const backends = backendIds.map((id) => ({
      id,
      kind: id === "openai-cloud" ? "openai" : "ollama",
      url: servers[id].url,
      location: id === "local" ? "local" : "cloud",
      models: mapped[id] ?? {},
      ...maxConcurrent !== undefined && { maxConcurrent },
    } as const));
    const config = { shutdownGraceMs: 1_000, ...more, backends };
    const broker = resources.use(await BrokerFixture.start(config, fixture));
    await broker.waitUntilChecked();
    return new PolicyScene(servers, broker, { config, resources: resources.move() });
  }

  /** Model requests that reached a cloud, health checks left out. */
  get cloudRequests(): number {
    const { servers } = this;
    return servers["ollama-cloud"].modelRequests.length + servers["openai-cloud"].modelRequests.length;
  }

  /** Writes the configuration anew, with the changes, and waits until the status shows what is wanted. */
  async configure(more: Partial<ConfigInput>, isThere: (status: StatusReport) => boolean): Promise<void> {
    const path = `${this.broker.folder}/config.json`;
    await Deno.writeTextFile(path, JSON.stringify({ version: 1, listen: { port: 0 }, ...this.#config, ...more }));
    await this.broker.waitFor(isThere);
  }

  /** A request whose whole answer is text; `app` is what the program calls itself. */
  async ask(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await this.broker.ask(path, body, { headers: { "user-agent": "Editor/1.0", ...headers } });
    const attempts = response.headers.get("x-broker-attempts");
    const shouldRetry = response.headers.get("x-should-retry");
    return { status: response.status, attempts, shouldRetry, text: await response.text() };
  }

  assertNothingLeft(context?: string): void {
    assertEquals(this.cloudRequests, 0, context);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

export interface Answered {
  status: number;
  attempts: string | null;
  shouldRetry: string | null;
  text: string;
}

const messages = [{ role: "user", content: "my secret" }];

/** Every request that carries words to a model, in both dialects, streaming and not, by path and body. */
export const everyQuestion: readonly [path: string, body: Record<string, unknown>][] = [
  ["/api/chat", { messages }],
  ["/api/chat", { messages, stream: false }],
  ["/api/generate", { prompt: "my secret" }],
  ["/api/generate", { prompt: "my secret", stream: false, context: [1, 2] }],
  ["/api/embed", { input: ["my secret"] }],
  ["/api/embeddings", { prompt: "my secret" }],
  ["/v1/chat/completions", { messages }],
  ["/v1/chat/completions", { messages, stream: true }],
  ["/v1/completions", { prompt: "my secret", stream: true }],
  ["/v1/embeddings", { input: "my secret" }],
];
