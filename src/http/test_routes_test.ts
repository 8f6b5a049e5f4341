import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene, testStep } from "../../tests/support/http_scene.ts";
import { RequestError } from "../core/errors.ts";

const backend = { id: "new", kind: "openai", url: "http://127.0.0.1:9/v1", location: "local" };
const events = { headers: { accept: "text/event-stream" }, method: "POST" };

Deno.test("POST /control/v1/backends/:id/test tests one backend", async () => {
  const scene = new HttpScene();
  const result = await scene.control("/backends/local/test", { method: "POST" });
  assertEquals(await result.json(), { backend: "local", ok: true, steps: [testStep] });
  for (const init of [{ method: "POST" }, events]) {
    const unknown = await scene.control("/backends/nobody/test", init);
    assertEquals([unknown.status, (await unknown.json()).error.message], [
      404,
      'No backend is called "nobody"; there are: local',
    ]);
  }
});

Deno.test("POST /control/v1/backends/:id/test tells each step to who takes events, then the result", async () => {
  const scene = new HttpScene();
  const response = await scene.control("/backends/local/test", events);
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const result = { backend: "local", ok: true, steps: [testStep] };
  assertEquals(
    await response.text(),
    `event:step\ndata:${JSON.stringify(testStep)}\n\nevent:result\ndata:${JSON.stringify(result)}\n\n`,
  );
});

Deno.test("POST /control/v1/backends/:id/test ends events with an error where there is no result", async () => {
  const scene = new HttpScene();
  const { commands } = scene.context;
  commands.testBackend = () => Promise.reject(new RequestError(503, "The broker is shutting down"));
  const text = async () => await (await scene.control("/backends/local/test", events)).text();
  assertEquals(await text(), 'event:error\ndata:{"error":{"message":"The broker is shutting down"}}\n\n');
  commands.testBackend = () => Promise.resolve(undefined);
  assertStringIncludes(await text(), "not set up any more");
});

Deno.test("POST /control/v1/backends/:id/test ends the test when its client leaves, or the daemon ends", async () => {
  const scene = new HttpScene();
  const signals: AbortSignal[] = [];
  scene.context.commands.testBackend = (_id, signal) => {
    signals.push(signal);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  await (await scene.control("/backends/local/test", events)).body!.cancel();
  assertEquals(signals[0].aborted, true);
  const response = await scene.control("/backends/local/test", events);
  scene.stopped.abort(new Error("The broker is shutting down"));
  assertStringIncludes(await response.text(), "event:error\n");
});

Deno.test("POST /control/v1/backends/test tests settings that are not saved", async () => {
  const scene = new HttpScene();
  const sent = { backend, secret: "sk-only-this-once" };
  const result = await scene.control("/backends/test", { method: "POST", json: sent });
  const text = await result.text();
  assertEquals(JSON.parse(text), { backend: "new", ok: true, steps: [testStep] });
  assert(!text.includes(sent.secret));
  const [{ config, options }] = scene.unsavedTests;
  assertEquals([config.url, config.priority, options.token], [backend.url, 1, sent.secret]);
  const streamed = await scene.control("/backends/test", { ...events, json: { backend } });
  assertStringIncludes(await streamed.text(), "event:step\n");
  assertEquals(scene.unsavedTests[1].options.token, undefined);
});

Deno.test("POST /control/v1/backends/test says what is wrong with the settings, by path and without a token", async () => {
  const scene = new HttpScene();
  const token = "sk-0123456789abcdefghijklmnop";
  const wrong = { ...backend, url: "ftp://x", apiKey: token, secret: token, id: "-", priority: 0 };
  const refused = await scene.control("/backends/test", { method: "POST", json: { backend: wrong } });
  const text = await refused.text();
  assertEquals([refused.status, text.includes(token)], [422, false]);
  const paths = JSON.parse(text).error.problems.map(({ path }: { path: string }) => path);
  assertEquals(paths.toSorted(), ["apiKey", "id", "priority", "secret", "url"]);
  for (const [json, path] of [[[], ""], ["x", ""], [{}, "id"]] as const) {
    const response = await scene.control("/backends/test", { method: "POST", json: { backend: json } });
    assertEquals([response.status, (await response.json()).error.problems[0].path], [422, path]);
  }
  for (const json of [{}, { backend, secret: 1 }, { backend, token: "x" }, []]) {
    const response = await scene.control("/backends/test", { method: "POST", json });
    assertEquals([response.status, (await response.json()).error.message.includes('"secret"')], [400, true]);
  }
  assertEquals(scene.unsavedTests, []);
});
