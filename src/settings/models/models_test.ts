import { assertEquals, assertStringIncludes } from "@std/assert";
import { inTime } from "../../../tests/support/in_time.ts";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";
import { backendState, cloudInput } from "../../../tests/support/states.ts";

const hostile = `<img src=x onerror=alert(1)>"'</script>\u202Egnp`;
const localInput = { id: "local", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" } as const;
const config = { backends: [localInput, cloudInput] };
const backends = [backendState(localInput, { has: ["llama3.2:latest", hostile] }), backendState(cloudInput)];

Deno.test("models shows every model and name without a script, and takes hostile ones for text", async () => {
  await using scene = await SettingsScene.start({
    backends,
    config: { backends: [localInput, { ...cloudInput, models: { [hostile]: hostile } }] },
  });
  const html = await (await scene.get("/settings/models")).text();
  assertStringIncludes(html, "llama3.2:latest");
  assertStringIncludes(html, "<bdi>&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&lt;/script&gt;\\u202egnp</bdi>");
  assertEquals([html.includes("<img src=x"), html.includes("</script>\u202E")], [false, false]);
  assertStringIncludes(html, `data-live="/settings/models/live"`);
});

Deno.test("models saves a name by a plain form, and tells a refused one beside its field", async () => {
  await using scene = await SettingsScene.start({ backends, config });
  const saved = await scene.post("/settings/models/mapping", { name: "x", backend: "cloud", model: "y", was: "{}" });
  assertEquals([saved.status, saved.headers.get("location")], [303, "/settings/models?done=mapped"]);
  assertEquals((await scene.written()).backends?.[1].models, { x: "y" });
  const taken = await scene.post("/settings/models/mapping", { name: "x", backend: "cloud", model: "z" });
  assertEquals(taken.status, 409);
  const html = await taken.text();
  assertStringIncludes(html, "Name that programs ask for is taken");
  assertStringIncludes(html, `value="z"`);
  const removed = await scene.post("/settings/models/mapping/remove", { name: "x", backend: "cloud", model: "y" });
  assertEquals([removed.status, (await scene.written()).backends?.[1].models], [303, undefined]);
});

Deno.test("models fills the form with the name that the address says, to be changed", async () => {
  await using scene = await SettingsScene.start({
    config: { backends: [localInput, { ...cloudInput, models: { x: "y" } }] },
  });
  const html = await (await scene.get("/settings/models?name=x&backend=cloud")).text();
  assertStringIncludes(html, "Change this name");
  assertStringIncludes(html, "{&quot;name&quot;:&quot;x&quot;,&quot;backend&quot;:&quot;cloud&quot;");
});

Deno.test("models starts a pull, goes on with it while the page is away, and shows how it ended", async () => {
  const answer = Promise.withResolvers<Response>();
  await using scene = await SettingsScene.start({ backends, config, ask: () => answer.promise });
  assertEquals((await scene.post("/settings/models/pull", { pull: "qwen3", to: "local" })).status, 303);
  const running = await (await scene.get("/settings/models")).text();
  assertStringIncludes(running, `<progress aria-label="Pulling qwen3">`);
  assertStringIncludes(running, "Load this page again to see how far it is");
  answer.resolve(Response.json({ error: `pull model manifest: file does not exist` }, { status: 500 }));
  const ended = async () => {
    for (;;) {
      const html = await (await scene.get("/settings/models")).text();
      if (!html.includes("<progress")) return html;
    }
  };
  assertStringIncludes(await inTime("the pull ends", ended()), "There is no model called “qwen3” to pull");
});

Deno.test("models pulls nothing without a name, nor to what is no local Ollama", async () => {
  await using scene = await SettingsScene.start({ backends, config });
  const refused = await scene.post("/settings/models/pull", { pull: " ", to: "cloud" });
  const html = await refused.text();
  assertEquals([refused.status, scene.asked.length], [422, 0]);
  assertStringIncludes(html, "Model must be named");
  assertStringIncludes(html, "Pull it to must be");
});

Deno.test("models loads, frees and deletes at the backend that was named, and asks before it deletes", async () => {
  await using scene = await SettingsScene.start({ backends, config, ask: () => Promise.resolve(new Response("{}")) });
  const at = { backend: "local", model: "llama3.2:latest" };
  for (const path of ["load", "unload", "delete"]) {
    assertEquals((await scene.post(`/settings/models/${path}`, at)).status, 303);
  }
  assertEquals(
    scene.asked.map(({ path, init }) => [
      init.method,
      path,
      new Headers(init.headers).get("x-broker-backend"),
      init.body,
    ]),
    [
      ["POST", "/api/generate", "local", `{"model":"llama3.2:latest","stream":false}`],
      ["POST", "/api/generate", "local", `{"model":"llama3.2:latest","stream":false,"keep_alive":0}`],
      ["DELETE", "/api/delete", "local", `{"model":"llama3.2:latest"}`],
    ],
  );
  const confirm = await (await scene.get(`/settings/models/delete?${new URLSearchParams(at)}`)).text();
  assertStringIncludes(confirm, "Its files are removed from the disk");
  assertEquals((await scene.post("/settings/models/delete", { ...at, backend: "cloud" })).status, 409);
  assertEquals(scene.asked.length, 3);
});

Deno.test("models says why a model was not deleted", async () => {
  const ask = () => Promise.resolve(Response.json({ error: "model 'x' not found" }, { status: 404 }));
  await using scene = await SettingsScene.start({ backends, config, ask });
  const answer = await scene.post("/settings/models/delete", { backend: "local", model: "x" });
  assertEquals(answer.status, 409);
  assertStringIncludes(await answer.text(), "x at local: model &#39;x&#39; not found");
});

Deno.test("models says what to do where there is no model and no Ollama", async () => {
  await using scene = await SettingsScene.start({ config: { backends: [] } });
  const html = await (await scene.get("/settings/models")).text();
  assertStringIncludes(html, "No connection has told of a model yet");
  assertStringIncludes(html, "none is set up");
});
