import { assertRejects } from "@std/assert";
import { createBackend } from "../../src/backends/create.ts";
import type { Answer, Backend } from "../../src/broker/backend.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import { BackendFailure } from "../../src/core/errors.ts";
import { parseOllamaRequest } from "../../src/protocol/ollama.ts";
import { parseOpenAIRequest } from "../../src/protocol/openai.ts";
import type { ModelRequest } from "../../src/protocol/types.ts";
import type { BackendInput } from "./broker_fixture.ts";
import { ModelServer, type ModelServerOptions } from "./model_server.ts";
import { backendConfig } from "./states.ts";

export interface BackendSceneOptions {
  server?: Partial<ModelServerOptions>;
  input?: Partial<BackendInput>;
  secrets?: (name: string) => string | undefined;
  clock?: Clock;
}

/** A scripted model server and the real adapter for it. */
export class BackendScene implements AsyncDisposable {
  readonly server: ModelServer;
  readonly backend: Backend;
  readonly #abort = new AbortController();

  private constructor(server: ModelServer, backend: Backend) {
    this.server = server;
    this.backend = backend;
  }

  static async start(kind: BackendInput["kind"], options: BackendSceneOptions = {}): Promise<BackendScene> {
    const { secrets = () => undefined, clock = systemClock } = options;
    const server = await ModelServer.start({ name: "local", dialect: kind, ...options.server });
    const config = backendConfig({ kind, url: server.url, ...options.input });
    return new BackendScene(server, createBackend(config, { clock, secrets }));
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  send(request: ModelRequest, model: string = request.model): Promise<Answer> {
    return this.backend.send(request, { signal: this.signal, model });
  }

  /** What the backend threw: its reason, phase and status. */
  async failure(run: () => Promise<unknown>): Promise<BackendFailure> {
    return await assertRejects(run, BackendFailure);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort(new Error("The test is over"));
    this.backend.close();
    await this.server.stop();
  }
}

const encoder = new TextEncoder();

/** A chat request as a client sends it to the dialect's path. */
export function chatOf(dialect: "ollama" | "openai", more: Record<string, unknown> = {}): ModelRequest {
  const body = encoder.encode(JSON.stringify({
    model: "llama3.2",
    messages: [{ role: "user", content: "hi" }],
    ...more,
  }));
  return dialect === "ollama"
    ? parseOllamaRequest("/api/chat", body)
    : parseOpenAIRequest("/v1/chat/completions", body);
}

/** The whole of an answer, streamed or not. */
export async function textOfAnswer(answer: Answer): Promise<string> {
  const decoder = new TextDecoder();
  let text = decoder.decode(answer.first);
  for (let bytes = await answer.rest?.next(); bytes; bytes = await answer.rest?.next()) text += decoder.decode(bytes);
  return text;
}
