import { assert } from "@std/assert";
import OpenAI from "openai";
import { type BackendInput, BrokerFixture } from "../support/broker_fixture.ts";
import { ModelServer, type RecordedRequest, type ServerDialect } from "../support/model_server.ts";
import { OllamaClient } from "../support/ollama_client.ts";
import type { Setup } from "./setups.ts";

const token = "token-of-the-backends";

/** A broker over the servers of a setup, and both clients, all on real sockets. */
export class Scene implements AsyncDisposable {
  readonly broker: BrokerFixture;
  /** The server that answers: the only one, or the one that the broker fails over to. */
  readonly answering: ModelServer;
  /** The server that comes first and fails every model request, while its health checks pass. */
  readonly failing: ModelServer | undefined;
  readonly ollama: OllamaClient;
  readonly openai: OpenAI;
  /** HTTP requests that the `openai` client sent, its own retries included. */
  openaiRequests = 0;
  /** Whether the answering server is an Ollama of this machine. */
  readonly isLocalOllama: boolean;
  readonly #cleanup: AsyncDisposableStack;

  private constructor(
    broker: BrokerFixture,
    servers: ModelServer[],
    options: { isLocalOllama: boolean; cleanup: AsyncDisposableStack },
  ) {
    const { cleanup } = options;
    this.broker = broker;
    this.answering = servers.at(-1)!;
    this.failing = servers.length > 1 ? servers[0] : undefined;
    this.ollama = cleanup.use(new OllamaClient(broker.url));
    this.openai = new OpenAI({
      baseURL: `${broker.url}/v1`,
      apiKey: "unused",
      fetch: (input: string | URL | Request, init?: RequestInit) => {
        this.openaiRequests++;
        return fetch(input, init);
      },
    });
    this.isLocalOllama = options.isLocalOllama;
    this.#cleanup = cleanup;
  }

  static async open(setup: Setup): Promise<Scene> {
    await using cleanup = new AsyncDisposableStack();
    const servers: ModelServer[] = [];
    for (const [index, dialect] of setup.dialects.entries()) {
      const name = index === setup.dialects.length - 1 ? "answering" : "failing";
      servers.push(cleanup.use(await ModelServer.start({ name, dialect, token })));
    }
    if (servers.length > 1) servers[0].always = { kind: "close_on_accept" };
    const backends = servers.map((server, index) => backendOf(server, setup.dialects[index]));
    const broker = cleanup.use(
      await BrokerFixture.start(
        { backends, route: { backoffMs: 1 }, shutdownGraceMs: 1_000 },
        { env: { CLOUDTOLOCALLLM_SECRET_BACKENDS: token } },
      ),
    );
    await Promise.all(servers.map((server) => check(broker, server.name)));
    return new Scene(broker, servers, { isLocalOllama: setup.dialects.at(-1) === "ollama", cleanup: cleanup.move() });
  }

  /** The answering server's words to a question that is nothing special. */
  reply(question: string): string {
    return `Hello from the answering model. You said: ${question}`;
  }

  /** The model request that the answering server saw last. */
  get seen(): RecordedRequest {
    const request = this.answering.modelRequests.at(-1);
    assert(request, "The answering server was asked nothing");
    return request;
  }

  /** Whether the answering server speaks OpenAI's dialect. */
  get isOpenAI(): boolean {
    return this.answering.url.endsWith("/v1");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup.disposeAsync();
  }
}

function backendOf(server: ModelServer, kind: ServerDialect): BackendInput {
  const location = server.name === "failing" || kind === "ollama" ? "local" : "cloud";
  return { id: server.name, kind, url: server.url, location, secret: "backends" };
}

/** Waits until the broker has asked the backend how it is. */
async function check(broker: BrokerFixture, id: string): Promise<void> {
  const response = await broker.control(`/backends/${id}/test`, { method: "POST" });
  const result = await response.json();
  assert(result.ok, `The backend ${id} is not well: ${JSON.stringify(result)}`);
}
