import { assertEquals, assertStringIncludes } from "@std/assert";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import { groupsOf } from "./model_choice.tsx";

const hostile = `<img src=x onerror=alert(1)></script>\u202Egnp`;
const backends = [
  backendState({}, { has: ["llama3.2", "only-local", hostile] }),
  backendState({ ...cloudInput, models: { "llama3.2": "meta/llama" } }, { has: ["meta/llama"] }),
];
const headers = { "x-broker-backend": "cloud", "x-broker-attempts": "local:connect_refused, cloud:ok" };
const question = { model: "llama3.2", messages: [{ role: "user", content: "hi" }], without: ["local"] };

Deno.test("tryIt asks like a program, says who it is, and takes away what the page says", async () => {
  const body = `{"message":{"content":"Hello"}}\n{"done":true}\n`;
  const ask = () => Promise.resolve(new Response(body, { headers }));
  await using scene = await SettingsScene.start({ backends, ask });
  const answer = await scene.send("/settings/try/chat", { ...question, without: ["local", "two words", 5, "a,b"] });
  const [{ path, init }] = scene.asked;
  const sent = new Headers(init.headers);
  assertEquals([path, init.method, sent.get("user-agent"), sent.get("x-broker-without"), init.body], [
    "/api/chat",
    "POST",
    "CloudToLocalLLM settings",
    "local",
    `{"model":"llama3.2","messages":[{"role":"user","content":"hi"}],"stream":true}`,
  ]);
  assertEquals([answer.headers.get("x-broker-backend"), await answer.text()], ["cloud", body]);
  const chain = decodeURIComponent(answer.headers.get("x-attempts-in-words") ?? "");
  assertEquals(chain, "local was not running → cloud answered");
});

Deno.test("tryIt passes an answer on as fast as it is read, and ends it when the page is left", async () => {
  let pulled = 0;
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(1_000));
    },
    cancel: () => cancelled.resolve(),
  }, { highWaterMark: 0 });
  await using scene = await SettingsScene.start({ backends, ask: () => Promise.resolve(new Response(body)) });
  const leave = new AbortController();
  const answer = await scene.send("/settings/try/chat", question, { signal: leave.signal });
  const reader = answer.body!.getReader();
  await reader.read();
  await reader.read();
  assertEquals(pulled <= 3, true);
  await reader.cancel();
  await cancelled.promise;
  const { signal } = scene.asked[0].init;
  leave.abort();
  assertEquals(signal?.aborted, true);
});

Deno.test("tryIt passes on an error as the daemon says it", async () => {
  const ask = () => Promise.resolve(Response.json({ error: "Every backend failed" }, { status: 502, headers }));
  await using scene = await SettingsScene.start({ backends, ask });
  const answer = await scene.send("/settings/try/chat", question);
  assertEquals([answer.status, await answer.json()], [502, { error: "Every backend failed" }]);
});

Deno.test("tryIt refuses what is no question", async () => {
  await using scene = await SettingsScene.start({ backends });
  const table: unknown[] = [
    null,
    {},
    { ...question, messages: [] },
    { ...question, model: "" },
    { ...question, messages: [{ role: "system", content: "x" }] },
    { ...question, messages: [{ role: "user", content: 5 }] },
  ];
  for (const sent of table) {
    const answer = await scene.send("/settings/try/chat", sent);
    await answer.body?.cancel();
    assertEquals(answer.status, 400, JSON.stringify(sent));
  }
  assertEquals(scene.asked, []);
});

Deno.test("tryIt answers a plain form with a whole page: the answer as text, who gave it, and what was tried", async () => {
  const message = { content: `${hostile}\nline two`, thinking: "Let me <b>see</b>" };
  const ask = () => Promise.resolve(Response.json({ message, eval_count: 7, prompt_eval_count: 3 }, { headers }));
  await using scene = await SettingsScene.start({ backends, ask });
  const answer = await scene.post("/settings/try", [["model", "llama3.2"], ["message", "hi"], ["without", "local"]]);
  const html = await answer.text();
  assertStringIncludes(html, "&lt;img src=x onerror=alert(1)&gt;&lt;/script&gt;");
  assertStringIncludes(html, "Let me &lt;b&gt;see&lt;/b&gt;");
  assertStringIncludes(html, "local was not running → cloud answered · 7 tokens · 3 read");
  assertEquals([html.includes("<img src=x"), /id="away-local"[^>]* checked/.test(html)], [false, true]);
  const { init } = scene.asked[0];
  assertEquals(new Headers(init.headers).get("x-broker-without"), "local");
  assertStringIncludes(String(init.body), `"stream":false`);
});

Deno.test("tryIt shows an error on the page, and keeps what was written where a form lacks something", async () => {
  const ask = () => Promise.resolve(Response.json({ error: "Every backend failed" }, { status: 502 }));
  await using scene = await SettingsScene.start({ backends, ask });
  const failed = await (await scene.post("/settings/try", { model: "llama3.2", message: "hi" })).text();
  assertStringIncludes(failed, "Every backend failed");
  const empty = await scene.post("/settings/try", { model: "llama3.2", message: " " });
  assertEquals(empty.status, 422);
  assertStringIncludes(await empty.text(), "Write a message first");
  const modelless = await (await scene.post("/settings/try", { message: "kept" })).text();
  assertStringIncludes(modelless, ">kept</textarea>");
});

Deno.test("tryIt says what to do where no model can be used", async () => {
  await using scene = await SettingsScene.start();
  const html = await (await scene.get("/settings/try")).text();
  assertStringIncludes(html, "No model can be used now. What there is to say.");
  assertStringIncludes(html, `href="/settings/connections"`);
});

Deno.test("groupsOf() puts models by where they live", async () => {
  await using scene = await SettingsScene.start({ backends });
  assertEquals(groupsOf(await scene.context.models()), [
    ["Local and cloud: one stands in for the other", ["llama3.2"]],
    ["Local only", ["only-local", hostile]],
    ["Cloud only", ["meta/llama"]],
  ]);
});
