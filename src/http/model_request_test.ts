import { assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene, type HttpSceneOptions } from "../../tests/support/http_scene.ts";
import { stubFailure, wholeAnswer } from "../../tests/support/stub_backend.ts";

const chat = { model: "llama3.2", messages: [{ role: "user", content: "hi" }], stream: false };

/** Asks once, checks that everything is at rest afterwards, and gives what was recorded. */
async function ask(options: HttpSceneOptions, path = "/api/chat", json: unknown = chat, headers: HeadersInit = {}) {
  const scene = new HttpScene(options);
  const response = await scene.ask(path, { json, headers });
  const text = await response.text();
  assertEquals([scene.records.length, scene.store.state.inFlight], [1, 0]);
  scene.broker.assertAtRest();
  return { scene, response, text, record: scene.records[0] };
}

Deno.test("answerModelRequest() tells who answered after which attempts, and records it once", async () => {
  const { response, text, record } = await ask({ backends: { local: "connect_refused", cloud: "ok" } });
  assertEquals([response.status, text], [200, "{}"]);
  assertEquals(response.headers.get("x-broker-backend"), "cloud");
  assertEquals(response.headers.get("x-broker-attempts"), "local:connect_refused, cloud:ok");
  assertEquals(response.headers.get("x-request-id"), record.id);
  const { outcome, backend, status, model, dialect, operation, stream } = record;
  assertEquals({ outcome, backend, status, model, dialect, operation, stream }, {
    outcome: "ok",
    backend: "cloud",
    status: 200,
    model: "llama3.2",
    dialect: "ollama",
    operation: "chat",
    stream: false,
  });
});

Deno.test("answerModelRequest() answers with a gateway's status when nobody could, in the client's dialect", async () => {
  const backends = { local: "connect_refused", cloud: "http_500" } as const;
  const ollama = await ask({ backends: { ...backends } });
  assertEquals([ollama.response.status, ollama.record.outcome], [502, "failed"]);
  assertStringIncludes(JSON.parse(ollama.text).error, 'No backend could answer for model "llama3.2"');
  assertEquals(ollama.response.headers.get("x-should-retry"), null);
  const openai = await ask({ backends: { ...backends } }, "/v1/chat/completions");
  assertEquals([openai.response.status, openai.response.headers.get("x-should-retry")], [502, "false"]);
  assertStringIncludes(JSON.parse(openai.text).error.message, "cloud failed: http_500");
});

Deno.test("answerModelRequest() refuses what it cannot read, and counts it as the client's fault", async () => {
  const wrong: [unknown, number][] = [["text", 400], [{}, 400], [{ model: "", messages: [] }, 400], [{
    ...chat,
    stream: 1,
  }, 400]];
  for (const [json, status] of wrong) {
    const { response, record } = await ask({}, "/api/chat", json);
    assertEquals([response.status, record.outcome, record.attempts.length], [status, "rejected", 0]);
  }
  const { response, record } = await ask({ listen: { maxBodyBytes: 1_024 } }, "/api/chat", {
    ...chat,
    x: "x".repeat(2_000),
  });
  assertEquals([response.status, record.outcome], [413, "rejected"]);
  const zipped = await ask({}, "/api/chat", chat, { "content-encoding": "br" });
  assertEquals([zipped.response.status, zipped.record.operation], [415, "unknown"]);
});

Deno.test("answerModelRequest() passes a backend's own 404 on to a client of its dialect only", async () => {
  for (const [path, isSame] of [["/api/chat", true], ["/v1/chat/completions", false]] as const) {
    const scene = new HttpScene({ backends: { local: "wait" } });
    const asking = scene.ask(path, { json: chat });
    const body = new TextEncoder().encode('{"error":"model not found","extra":1}');
    const answer = { status: 404, contentType: "application/json", body };
    const sent = await scene.broker.stubs.get("local")!.firstSend;
    sent.reject(stubFailure("local", "http_404", { answer }));
    const response = await asking;
    const text = await response.text();
    assertEquals([response.status, text.includes("model not found"), text.includes("extra")], [404, true, isSame]);
    assertEquals(scene.records[0].outcome, "rejected");
  }
});

Deno.test("answerModelRequest() asks the backend that the client names", async () => {
  const backends = { local: "ok", cloud: "ok" } as const;
  const { record } = await ask({ backends: { ...backends } }, "/api/chat", chat, { "x-broker-backend": "cloud" });
  assertEquals(record.backend, "cloud");
  const unknown = await ask({ backends: { ...backends } }, "/api/chat", chat, { "x-broker-backend": "nobody" });
  assertEquals(unknown.response.status, 404);
});

Deno.test("answerModelRequest() says that a model was loaded which only others serve", async () => {
  const inputs = { cloud: { kind: "openai", url: "https://cloud.invalid/v1", location: "cloud" } } as const;
  const load = { model: "llama3.2", keep_alive: "5m" };
  const loaded = await ask({ backends: { cloud: "ok" }, inputs }, "/api/generate", load);
  const { done, done_reason, response } = JSON.parse(loaded.text);
  assertEquals([done, done_reason, response, loaded.record.outcome, loaded.scene.broker.sends("cloud")], [
    true,
    "load",
    "",
    "ok",
    0,
  ]);
  const unload = await ask({ backends: { cloud: "ok" }, inputs }, "/api/chat", { model: "llama3.2", keep_alive: 0 });
  assertEquals([JSON.parse(unload.text).done_reason, JSON.parse(unload.text).message.content], ["unload", ""]);
  const local = await ask({ backends: { local: "ok", cloud: "ok" }, inputs }, "/api/generate", load);
  assertEquals(local.scene.broker.sends("local"), 1);
});

Deno.test("answerModelRequest() takes no new requests while the daemon stops", async () => {
  const scene = new HttpScene();
  scene.stopping.abort();
  const response = await scene.ask("/v1/chat/completions", { json: chat });
  assertEquals([response.status, scene.broker.sends("local"), scene.store.state.inFlight], [503, 0, 0]);
  await response.body?.cancel();
});

Deno.test("answerModelRequest() holds a client's leaving against nobody", async () => {
  const scene = new HttpScene({ backends: { local: "wait", cloud: "ok" } });
  const client = new AbortController();
  const asking = scene.ask("/api/chat", { json: chat, signal: client.signal });
  await scene.broker.stubs.get("local")!.firstSend;
  client.abort();
  assertEquals((await asking).status, 499);
  assertEquals([scene.records[0].outcome, scene.records[0].attempts[0].outcome], ["cancelled", "cancelled"]);
  assertEquals([scene.broker.observations, scene.broker.sends("cloud"), scene.store.state.inFlight], [[], 0, 0]);
  scene.broker.assertAtRest();
});

Deno.test("answerModelRequest() counts a request as in flight until its stream has ended", async () => {
  const scene = new HttpScene({ backends: { local: "wait" } });
  const asking = scene.ask("/api/chat", { json: { ...chat, stream: true } });
  const sent = await scene.broker.stubs.get("local")!.firstSend;
  const end = Promise.withResolvers<undefined>();
  const rest = { next: () => end.promise, cancel() {}, usage: () => ({ outputTokens: 3 }) };
  sent.resolve({ ...wholeAnswer("first\n"), rest });
  const response = await asking;
  assertEquals([scene.store.state.inFlight, scene.records.length, scene.broker.slots.inFlight("local")], [1, 0, 1]);
  end.resolve(undefined);
  assertEquals(await response.text(), "first\n");
  assertEquals([scene.store.state.inFlight, scene.records[0].outcome, scene.records[0].usage], [0, "ok", {
    outputTokens: 3,
  }]);
  scene.broker.assertAtRest();
});

Deno.test("answerModelRequest() lets no page of a backend reach a browser as one", async () => {
  const scene = new HttpScene({ backends: { local: "wait" } });
  const asking = scene.ask("/api/chat", { json: chat });
  const answer = { status: 404, contentType: "text/html", body: new TextEncoder().encode("<script>") };
  const sent = await scene.broker.stubs.get("local")!.firstSend;
  sent.reject(stubFailure("local", "http_404", { answer }));
  const response = await asking;
  assertEquals([response.headers.get("content-type"), response.headers.get("x-content-type-options")], [
    "text/plain; charset=utf-8",
    "nosniff",
  ]);
  await response.body?.cancel();
});
