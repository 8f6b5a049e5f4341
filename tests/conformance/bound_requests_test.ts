import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AbortableAsyncIterator, ProgressResponse } from "ollama";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { gate, ModelServer } from "../support/model_server.ts";
import { OllamaClient } from "../support/ollama_client.ts";

/** Two Ollamas of this machine and a cloud; `local` comes first by its priority, though it is written last. */
class Machine implements AsyncDisposable {
  readonly local: ModelServer;
  readonly other: ModelServer;
  readonly cloud: ModelServer;
  readonly broker: BrokerFixture;
  readonly #cleanup: AsyncDisposableStack;

  private constructor(servers: ModelServer[], broker: BrokerFixture, cleanup: AsyncDisposableStack) {
    [this.local, this.other, this.cloud] = servers;
    this.broker = broker;
    this.#cleanup = cleanup;
  }

  static async open(): Promise<Machine> {
    await using cleanup = new AsyncDisposableStack();
    const start = async (name: string, dialect: "ollama" | "openai") =>
      cleanup.use(await ModelServer.start({ name, dialect }));
    const local = await start("local", "ollama");
    const other = await start("other", "ollama");
    const cloud = await start("cloud", "openai");
    const broker = cleanup.use(
      await BrokerFixture.start({
        backends: [
          { id: "cloud", kind: "openai", url: cloud.url, location: "cloud" },
          { id: "other", kind: "ollama", url: other.url, location: "local", priority: 2 },
          { id: "local", kind: "ollama", url: local.url, location: "local", priority: 1 },
        ],
        shutdownGraceMs: 1_000,
      }),
    );
    return new Machine([local, other, cloud], broker, cleanup.move());
  }

  /** The client, which names `backend` in the header that the broker reads. */
  client(backend?: string): OllamaClient {
    const headers = backend === undefined ? undefined : { "x-broker-backend": backend };
    return this.#cleanup.use(new OllamaClient(this.broker.url, headers));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup.disposeAsync();
  }
}

async function statuses(progress: AbortableAsyncIterator<ProgressResponse>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { status } of progress) seen.push(status);
  return seen;
}

Deno.test("ollama client: pull streams its progress from the first local Ollama, and the model is there", async () => {
  await using machine = await Machine.open();
  const ollama = machine.client();
  const seen = await statuses(await ollama.pull({ model: "new-model", stream: true }));
  assertEquals([seen[0], seen.at(-1)], ["pulling manifest", "success"]);
  assertEquals([machine.local.modelRequests.length, machine.other.modelRequests.length], [1, 0]);
  const answer = await ollama.chat({ model: "new-model", messages: [{ role: "user", content: "hi" }] });
  assertEquals(answer.message.content, "Hello from the local model. You said: hi");
});

Deno.test("ollama client: progress arrives while the pull goes on", async () => {
  await using machine = await Machine.open();
  const rest = gate();
  machine.local.script({ kind: "stall_after", frames: 2, until: rest.promise });
  const progress = await machine.client().pull({ model: "new-model", stream: true });
  const seen: string[] = [];
  for await (const { status } of progress) {
    seen.push(status);
    if (seen.length === 2) rest.resolve();
  }
  assertEquals(seen.at(-1), "success");
});

Deno.test("ollama client: pull, create, push and copy without a stream", async () => {
  await using machine = await Machine.open();
  const ollama = machine.client();
  assertEquals((await ollama.pull({ model: "new-model" })).status, "success");
  assertEquals((await ollama.create({ model: "made", from: "new-model" })).status, "success");
  assertEquals((await ollama.copy({ source: "made", destination: "copied" })).status, "success");
  assertEquals((await ollama.push({ model: "copied" })).status, "success");
  const paths = machine.local.modelRequests.map(({ path }) => path);
  assertEquals(paths, ["/api/pull", "/api/create", "/api/copy", "/api/push"]);
  assertEquals([machine.other.modelRequests, machine.cloud.modelRequests], [[], []]);
});

Deno.test("ollama client: create and push stream their progress", async () => {
  await using machine = await Machine.open();
  const ollama = machine.client();
  const made = await statuses(await ollama.create({ model: "made", from: "llama3.2", stream: true }));
  const pushed = await statuses(await ollama.push({ model: "made", stream: true }));
  assertEquals([made.at(-1), pushed.at(-1)], ["success", "success"]);
});

Deno.test("ollama client: a deleted model is gone, and deleting it again is 404", async () => {
  await using machine = await Machine.open();
  const ollama = machine.client();
  await ollama.delete({ model: "plain" });
  assertEquals(machine.local.shelf.find("plain"), undefined);
  assert(machine.other.shelf.find("plain"));
  const error = await assertRejects(() => ollama.delete({ model: "plain" }), Error, "model 'plain' not found");
  assertEquals(Reflect.get(error, "status_code"), 404);
});

Deno.test("ollama client: x-broker-backend names the backend that is changed", async () => {
  await using machine = await Machine.open();
  await machine.client("other").pull({ model: "new-model" });
  assert(machine.other.shelf.find("new-model"));
  assertEquals(machine.local.modelRequests, []);
});

Deno.test("ollama client: a named backend that cannot be changed says why", async () => {
  await using machine = await Machine.open();
  const cannot = await assertRejects(() => machine.client("cloud").pull({ model: "new-model" }), Error);
  assertEquals(Reflect.get(cannot, "status_code"), 400);
  const unknown = await assertRejects(() => machine.client("nobody").pull({ model: "new-model" }), Error);
  assertEquals(Reflect.get(unknown, "status_code"), 404);
});

Deno.test("ollama client: a pull is not tried elsewhere when its backend is down", async () => {
  await using machine = await Machine.open();
  await machine.local.stop();
  const error = await assertRejects(() => machine.client().pull({ model: "new-model" }), Error);
  assertEquals(Reflect.get(error, "status_code"), 502);
  assertEquals(machine.other.modelRequests, []);
});

Deno.test("ollama client: a pull that breaks off raises", async () => {
  await using machine = await Machine.open();
  machine.local.script({ kind: "drop_after", frames: 2 });
  await assertRejects(
    async () => {
      await statuses(await machine.client().pull({ model: "new-model", stream: true }));
    },
    Error,
    "local broke off",
  );
});

Deno.test("ollama client: an aborted pull ends at the backend", async () => {
  await using machine = await Machine.open();
  machine.local.script({ kind: "stall_after", frames: 1, until: gate().promise });
  const progress = await machine.client().pull({ model: "new-model", stream: true });
  await assertRejects(async () => {
    for await (const _ of progress) progress.abort();
  }, DOMException);
  await machine.local.waitForIdle();
  assertEquals(await machine.local.modelRequests[0].ended, "client_left");
});

Deno.test("a blob is uploaded, found by its digest, and refused when it does not fit", async () => {
  await using machine = await Machine.open();
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  const blob = async (digest: string, method: string) => {
    const response = await fetch(`${machine.broker.url}/api/blobs/sha256:${digest}`, {
      method,
      body: method === "POST" ? bytes : undefined,
    });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await blob(hash, "HEAD"), 404);
  assertEquals(await blob(hash, "POST"), 201);
  assertEquals(await blob(hash, "HEAD"), 200);
  assertEquals(await blob(hash, "POST"), 200);
  assertEquals(await blob("0".repeat(64), "POST"), 400);
  assertEquals(machine.local.modelRequests[1].bytes, bytes);
});
