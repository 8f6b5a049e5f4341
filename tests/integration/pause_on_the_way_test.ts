import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { inTime } from "../support/in_time.ts";
import { ModelServer } from "../support/model_server.ts";

const prompt = "the secret plan";
const chat = { model: "llama3.2", messages: [{ role: "user", content: prompt }], stream: false };
const decoder = new TextDecoder();

/** A cloud on a raw socket, which gives no answer; with a queue that is full, it takes no connection either. */
class RawCloud implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #conns: Deno.TcpConn[] = [];
  readonly #readers: Promise<void>[] = [];
  readonly #waiting: { words: string; resolve: (all: string) => void }[] = [];
  readonly #received: string[] = [];
  #accepting: Promise<void> | undefined;

  constructor(tcpBacklog: number) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog });
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** All that has come, by connection. */
  get received(): readonly string[] {
    return this.#received;
  }

  async fill(count: number): Promise<void> {
    const filling = Array.from({ length: count }, () => Deno.connect({ hostname: "127.0.0.1", port: this.port }));
    this.#conns.push(...await Promise.all(filling));
  }

  accept(): void {
    this.#accepting = (async () => {
      for await (const conn of this.#listener) this.#readers.push(this.#read(conn));
    })();
  }

  /** What a connection has sent, once these words are in it. */
  heard(words: string): Promise<string> {
    return inTime(`${words} at the raw server`, new Promise((resolve) => this.#waiting.push({ words, resolve })));
  }

  /** Every connection was ended by its client. */
  async ended(): Promise<void> {
    await inTime("the end of every connection", Promise.all(this.#readers));
  }

  async #read(conn: Deno.TcpConn): Promise<void> {
    const index = this.#received.push("") - 1;
    const buffer = new Uint8Array(65_536);
    try {
      for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
        const all = this.#received[index] += decoder.decode(buffer.subarray(0, count));
        for (const { words, resolve } of this.#waiting) if (all.includes(words)) resolve(all);
      }
    } catch {
      // A reset is an end as well.
    } finally {
      conn.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const conn of this.#conns.splice(0)) conn.close();
    this.#listener.close();
    await this.#accepting;
    await Promise.all(this.#readers);
  }

  hangUp(): void {
    for (const conn of this.#conns.splice(0)) conn.close();
  }
}

/** Waits until this many sockets of the machine try to connect to the port (proc(5): state 02 is SYN_SENT). */
function connecting(port: number, isEnough: (count: number) => boolean): Promise<void> {
  const remote = new RegExp(` [0-9A-F]{8}:${port.toString(16).toUpperCase().padStart(4, "0")} 02 `);
  const look = async () => {
    for (;;) {
      const lines = (await Deno.readTextFile("/proc/net/tcp")).split("\n");
      if (isEnough(lines.filter((line) => remote.test(line)).length)) return;
    }
  };
  return inTime(`connections to ${port}`, look());
}

/** A daemon that prefers the cloud, and a local model server. */
async function scene(cloud: RawCloud, location: "local" | "both" = "both") {
  await using resources = new AsyncDisposableStack();
  const local = resources.use(await ModelServer.start({ name: "local", dialect: "ollama" }));
  const broker = resources.use(
    await BrokerFixture.start({
      route: { mode: "cloud-first" },
      backends: [
        { id: "cloud", kind: "openai", url: `http://127.0.0.1:${cloud.port}/v1`, location: "cloud" },
        ...location === "both" ? [{ id: "local", kind: "ollama", url: local.url, location: "local" } as const] : [],
      ],
    }),
  );
  const forbid = async (how: "pause" | "local-only") => {
    const [path, body] = how === "pause" ? ["/pause", "{}"] : ["/mode", '{"mode":"local-only"}'];
    const response = await broker.control(path, { method: "PUT", body });
    assertEquals(response.status, 200);
    await response.body?.cancel();
  };
  const owned = resources.move();
  return { local, broker, forbid, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

for (const how of ["pause", "local-only"] as const) {
  Deno.test(`${how} ends what hangs in connect: nothing of it arrives later, and the local backend answers`, async () => {
    await using cloud = new RawCloud(1);
    await cloud.fill(2);
    await using daemon = await scene(cloud);
    // The health check and the prompt.
    const asking = daemon.broker.ask("/api/chat", chat);
    await connecting(cloud.port, (count) => count >= 2);
    await daemon.forbid(how);
    await connecting(cloud.port, (count) => count === 0);
    cloud.accept();
    cloud.hangUp();
    const response = await asking;
    assertEquals([response.status, response.headers.get("x-broker-attempts")], [200, "cloud:not_allowed, local:ok"]);
    await response.body?.cancel();
    await cloud.ended();
    assertEquals(cloud.received.join(""), "");
  });

  Deno.test(`${how} ends what waits for headers, and the health check too`, async () => {
    await using cloud = new RawCloud(128);
    cloud.accept();
    const [checked, heard] = [cloud.heard("GET /v1/models"), cloud.heard(prompt)];
    await using daemon = await scene(cloud);
    const asking = daemon.broker.ask("/api/chat", chat);
    await Promise.all([checked, heard]);
    await daemon.forbid(how);
    await cloud.ended();
    const before = cloud.received.join("");
    const response = await asking;
    assertEquals([response.status, response.headers.get("x-broker-attempts")], [200, "cloud:not_allowed, local:ok"]);
    await response.body?.cancel();
    const next = await daemon.broker.ask("/api/chat", chat);
    assertEquals(next.headers.get("x-broker-attempts"), "local:ok");
    await next.body?.cancel();
    assertEquals(cloud.received.join(""), before);
    const { failovers, backends } = await daemon.broker.status();
    assertEquals([failovers, backends[0].health], [[], "disabled"]);
  });
}

Deno.test("a pause ends with a clear refusal what no other backend may answer", async () => {
  await using cloud = new RawCloud(128);
  cloud.accept();
  const heard = cloud.heard(prompt);
  await using daemon = await scene(cloud, "local");
  const asking = daemon.broker.ask("/api/chat", chat);
  await heard;
  await daemon.forbid("pause");
  const response = await asking;
  assertEquals([response.status, response.headers.get("x-broker-attempts")], [503, "cloud:not_allowed"]);
  assertStringIncludes((await response.json()).error, "the cloud is paused");
  await cloud.ended();
});

Deno.test("a pause ends a request that changes a cloud backend while it is sent", async () => {
  await using cloud = new RawCloud(128);
  cloud.accept();
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await BrokerFixture.start({
    backends: [
      { id: "local", kind: "ollama", url: local.url, location: "local" },
      { id: "cloud", kind: "ollama", url: `http://127.0.0.1:${cloud.port}`, location: "cloud" },
    ],
  });
  const heard = cloud.heard(prompt);
  const headers = { "x-broker-backend": "cloud" };
  const asking = broker.ask("/api/create", { model: "mine", system: prompt }, { headers });
  await heard;
  await (await broker.control("/pause", { method: "PUT", body: "{}" })).body?.cancel();
  const response = await asking;
  assertEquals([response.status, response.headers.get("x-broker-attempts")], [503, "cloud:not_allowed"]);
  const { error } = await response.json();
  assert(error.startsWith('The request to "cloud" was ended, for the cloud is paused'), error);
  await cloud.ended();
});
