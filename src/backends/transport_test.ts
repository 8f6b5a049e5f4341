import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BackendScene, chatOf, textOfAnswer } from "../../tests/support/backend_scene.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { gate, refusedPort } from "../../tests/support/model_server.ts";
import { systemClock } from "../core/clock.ts";
import { Transport } from "./transport.ts";

const chat = chatOf("ollama", { stream: false });

Deno.test("Transport sends the token and nothing of the client's", async () => {
  const token = "sk-secret";
  await using scene = await BackendScene.start("ollama", {
    server: { token },
    input: { secret: "key" },
    secrets: (name) => name === "key" ? token : undefined,
  });
  await textOfAnswer(await scene.send(chat));
  const { headers } = scene.server.modelRequests[0];
  assertEquals([headers.get("authorization"), headers.get("user-agent"), headers.get("accept-encoding")], [
    `Bearer ${token}`,
    "CloudToLocalLLM",
    "identity",
  ]);
  assertEquals([headers.get("cookie"), headers.get("origin")], [null, null]);
});

Deno.test("Transport fails without a request when the token is not set, or cannot be sent", async () => {
  const broken = () => {
    throw new TypeError("Cannot use the token in X: it holds a line break");
  };
  for (const [secrets, words] of [[() => undefined, '"key" is not set'], [broken, "holds a line break"]] as const) {
    await using scene = await BackendScene.start("ollama", { input: { secret: "key" }, secrets });
    const { reason, phase, message } = await scene.failure(() => scene.send(chat));
    assertEquals([reason, phase, scene.server.requests.length], ["no_credential", "connect", 0]);
    assertStringIncludes(message, words);
  }
});

Deno.test("Transport keeps a backend's error answer, its status and its Retry-After", async () => {
  await using scene = await BackendScene.start("ollama");
  scene.server.script({
    kind: "status",
    status: 429,
    body: '{"error":"slow down"}',
    headers: { "Retry-After": "7", "Content-Type": "application/json" },
  });
  const { reason, phase, status, retryAfterMs, answer } = await scene.failure(() => scene.send(chat));
  assertEquals([reason, phase, status, retryAfterMs], ["http_429", "headers", 429, 7_000]);
  assertEquals([answer?.status, answer?.contentType], [429, "application/json"]);
  assertEquals(new TextDecoder().decode(answer?.body), '{"error":"slow down"}');
});

Deno.test("Transport cuts a long error answer and follows no redirect", async () => {
  await using scene = await BackendScene.start("ollama");
  scene.server.script({ kind: "status", status: 500, body: "x".repeat(200_000) });
  assertEquals((await scene.failure(() => scene.send(chat))).answer?.body.byteLength, 65_536);
  scene.server.script({ kind: "redirect", location: "http://127.0.0.1:1/elsewhere" });
  const { reason, status, answer } = await scene.failure(() => scene.send(chat));
  assertEquals([reason, status, answer], ["redirect", 307, undefined]);
});

/** Tells when the first timer is set. */
class TellingClock extends FakeClock {
  readonly armed = Promise.withResolvers<void>();

  override after(ms: number, fn: () => void): () => void {
    this.armed.resolve();
    return super.after(ms, fn);
  }
}

Deno.test("Transport waits a second for the body of an error answer, for the status is known", async () => {
  const clock = new TellingClock();
  await using scene = await BackendScene.start("ollama", { clock });
  const never = gate();
  const body = '{"error":"the server is busy"}';
  scene.server.script([{ kind: "status", status: 503, body }, {
    kind: "stall_after",
    frames: 0,
    until: never.promise,
  }]);
  const sending = scene.failure(() => scene.send(chat));
  await clock.armed.promise;
  await clock.advance(1_000);
  const { reason, status, answer } = await sending;
  assertEquals([reason, status, clock.pending], ["http_503", 503, 0]);
  assert(answer && body.startsWith(new TextDecoder().decode(answer.body)));
  assertEquals(await scene.server.modelRequests[0].ended, "client_left");
  never.resolve();
});

Deno.test("Transport says what could not be reached, and in which phase", async () => {
  await using refused = await BackendScene.start("ollama", { input: { url: `http://127.0.0.1:${refusedPort()}` } });
  const failure = await refused.failure(() => refused.send(chat));
  assertEquals([failure.reason, failure.phase], ["connect_refused", "connect"]);
  assertStringIncludes(failure.message, "Nothing listens on 127.0.0.1:");
  await using blocked = await BackendScene.start("ollama", { input: { url: "http://127.0.0.1:6000" } });
  const noPort = await blocked.failure(() => blocked.send(chat));
  assertEquals([noPort.reason, noPort.phase], ["unreachable", "connect"]);
  assertStringIncludes(noPort.message, "127.0.0.1:6000 cannot be reached: the runtime sends no request to this port");
  await using scene = await BackendScene.start("ollama");
  scene.server.script({ kind: "close_on_accept" });
  const closed = await scene.failure(() => scene.send(chat));
  assertEquals([closed.reason, closed.phase], ["reset", "headers"]);
});

Deno.test("send() throws the signal's reason when it is aborted, and ends the upstream request", async () => {
  await using scene = await BackendScene.start("ollama");
  scene.server.always = { kind: "silent" };
  const client = new AbortController();
  const gone = new Error("client gone");
  const sending = assertRejects(
    () => scene.backend.send(chat, { signal: client.signal, model: "llama3.2" }),
    Error,
    "client gone",
  );
  const request = await scene.server.waitForRequest(({ health }) => !health);
  client.abort(gone);
  assertEquals(await sending, gone);
  assertEquals(await request.ended, "client_left");
});

Deno.test("send() ends the upstream request when it is aborted after the answer has begun", async () => {
  await using scene = await BackendScene.start("ollama");
  const never = Promise.withResolvers<void>();
  scene.server.always = { kind: "stall_after", frames: 1, until: never.promise };
  const client = new AbortController();
  const answer = await scene.backend.send(chatOf("ollama"), { signal: client.signal, model: "llama3.2" });
  client.abort(new Error("client gone"));
  await scene.failure(() => textOfAnswer(answer));
  assertEquals(await scene.server.modelRequests[0].ended, "client_left");
  never.resolve();
});

Deno.test("Transport uses a connection again", async () => {
  await using scene = await BackendScene.start("ollama");
  for (let i = 0; i < 5; i++) await textOfAnswer(await scene.send(chatOf("ollama")));
  assert(scene.server.connections <= 1, `${scene.server.connections} connections`);
});

Deno.test("fetch sends once more what a kept connection did not take: its end does not count against the backend", async () => {
  await using scene = await BackendScene.start("ollama");
  await textOfAnswer(await scene.send(chat));
  scene.server.script({ kind: "close_on_accept" });
  assertStringIncludes(await textOfAnswer(await scene.send(chat)), '"done":true');
  assertEquals(scene.server.modelRequests.length, 3);
});

/** A server that tells on which connection each request came; paths in `held` begin an answer and end it when told. */
class ConnectionServer implements AsyncDisposable {
  readonly ports: number[] = [];
  readonly #held: Record<string, Promise<void>>;
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request, info) => {
    this.ports.push(info.remoteAddr.port);
    const until = this.#held[new URL(request.url).pathname];
    if (!until) return Response.json({});
    return new Response(ReadableStream.from(this.#slowly(until)));
  });
  readonly url = `http://127.0.0.1:${this.#server.addr.port}`;

  constructor(held: Record<string, Promise<void>> = {}) {
    this.#held = held;
  }

  async *#slowly(until: Promise<void>): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode("begun, ");
    await until;
    yield new TextEncoder().encode("ended");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

function transportScene() {
  const transport = new Transport("local", { secret: null, credential: () => undefined, clock: systemClock });
  const signal = new AbortController().signal;
  const get = (url: string) => transport.sendOk({ method: "GET", url, signal });
  return { transport, get, ask: async (url: string) => await (await get(url)).text() };
}

Deno.test("renew() leaves every connection of before alone, idle ones too", async () => {
  await using server = new ConnectionServer();
  const { transport, ask } = transportScene();
  await ask(server.url);
  await ask(server.url);
  transport.renew();
  await ask(server.url);
  await ask(server.url);
  const [first, second, third, fourth] = server.ports;
  assertEquals([first === second, third === fourth, first === third], [true, true, false]);
  transport.close();
});

Deno.test("renew() cuts no answer and no request that is under way", async () => {
  const end = gate();
  await using server = new ConnectionServer({ "/held": end.promise });
  const { transport, get, ask } = transportScene();
  const streaming = await get(`${server.url}/held`);
  const sending = ask(`${server.url}/held`);
  transport.renew();
  transport.renew();
  assertEquals(await ask(server.url), "{}");
  end.resolve();
  assertEquals([await streaming.text(), await sending], ["begun, ended", "begun, ended"]);
  transport.close();
});
