import { assertEquals, assertStringIncludes } from "@std/assert";
import { ConfigError } from "../config/config_error.ts";
import { RequestError } from "../core/errors.ts";
import { HttpScene } from "../../tests/support/http_scene.ts";

Deno.test("the control API asks for the token of control.json", async () => {
  const scene = new HttpScene();
  const paths = ["/status", "/mode", "/pause", "/models", "/events", "/nowhere"];
  for (const authorization of ["", "Bearer", "Bearer wrong", "Bearer control-toke", `Basic ${scene.token}`]) {
    for (const path of paths) {
      const response = await scene.ask(`/control/v1${path}`, { headers: { authorization } });
      assertEquals(response.status, 401);
      assertStringIncludes((await response.json()).error.message, "token of control.json");
    }
  }
});

Deno.test("the control API refuses pages of other sites even with the token", async () => {
  const scene = new HttpScene({ listen: { allowedOrigins: ["https://chat.example"] } });
  const status = async (origin: string) => {
    const response = await scene.control("/status", { headers: { origin } });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals([await status("https://chat.example"), await status("http://localhost:3000")], [403, 200]);
});

Deno.test("GET /control/v1/status is the status report, and is not kept by caches", async () => {
  const scene = new HttpScene();
  const response = await scene.control("/status");
  assertEquals(response.headers.get("cache-control"), "no-store");
  const { state, active, backends, pid } = await response.json();
  assertEquals([state, active, backends.length, pid], ["connected", "local", 1, 42]);
});

Deno.test("PUT /control/v1/mode changes the mode, and takes nothing else for one", async () => {
  const scene = new HttpScene();
  const alone = (mode: string) => ({ mode, inForce: mode, reason: null });
  assertEquals(await (await scene.control("/mode")).json(), alone("local-first"));
  const changed = await scene.control("/mode", { method: "PUT", json: { mode: "cloud-only" } });
  assertEquals([changed.status, await changed.json()], [200, alone("cloud-only")]);
  const bodies = [
    '{"mode":"fast"}',
    "{}",
    "null",
    "[]",
    "not JSON",
    "",
    '"cloud-only"',
  ];
  for (const body of bodies) {
    const refused = await scene.control("/mode", { method: "PUT", body });
    assertEquals(refused.status, 400, body.slice(0, 20));
    assertStringIncludes((await refused.json()).error.message, "local-first, cloud-first");
  }
  const large = await scene.control("/mode", { method: "PUT", body: " ".repeat(5_000) + '{"mode":"fastest"}' });
  assertEquals([large.status, (await large.json()).error.message], [413, "The request is larger than 4096 bytes"]);
  assertEquals(scene.modes, ["cloud-only"]);
});

Deno.test("/control/v1/pause pauses the cloud for a while or until it is resumed", async () => {
  const scene = new HttpScene();
  const asked = async (method: string, json?: unknown) =>
    await (await scene.control("/pause", { method, json })).json();
  const until = new Date(scene.context.clock.now() + 3_600_000).toISOString();
  assertEquals(await asked("GET"), { pause: null });
  assertEquals(await asked("PUT", { forMs: 3_600_000 }), { pause: { until } });
  assertEquals(await asked("PUT", {}), { pause: { until: null } });
  assertEquals(await asked("GET"), { pause: { until: null } });
  assertEquals(await (await scene.control("/mode")).json(), {
    mode: "local-first",
    inForce: "local-only",
    reason: "the cloud is paused",
  });
  assertEquals(await asked("DELETE"), { pause: null });
  assertEquals(await asked("DELETE"), { pause: null });
});

Deno.test("PUT /control/v1/pause takes nothing else for a time, and no slip of the pen for a pause without an end", async () => {
  const scene = new HttpScene();
  const bodies = [
    '{"forMs":0}',
    '{"forMs":1e-300}',
    '{"forMs":999}',
    '{"forMs":-1}',
    '{"forMs":86400001}',
    '{"forMs":"1h"}',
    '{"forMs":null}',
    '{"for":1000}',
    '{"forMs":1000,"then":1}',
    "null",
    "[]",
    "3600000",
    "",
    '{"forMs":1e999}',
  ];
  for (const body of bodies) {
    const refused = await scene.control("/pause", { method: "PUT", body });
    assertEquals(refused.status, 400, body);
    assertStringIncludes((await refused.json()).error.message, '{"forMs": MS}');
  }
  assertEquals(scene.store.state.pause, null);
});

Deno.test("GET /control/v1/models tells where each model is", async () => {
  const scene = new HttpScene({
    backends: { local: "ok", second: "ok" },
    inputs: { second: { models: { fast: "llama3.2" } } },
  });
  const { models } = await (await scene.control("/models")).json();
  const place = { location: "local", name: "llama3.2", warm: false };
  assertEquals(models, [
    { name: "llama3.2", backends: [{ id: "local", ...place }, { id: "second", ...place }] },
    { name: "fast", backends: [{ id: "second", ...place }] },
  ]);
});

Deno.test("the control API says what there is not", async () => {
  const scene = new HttpScene();
  const missing = await scene.control("/nowhere");
  assertEquals([missing.status, typeof (await missing.json()).error.message], [404, "string"]);
  const wrong = await scene.control("/status", { method: "DELETE" });
  assertEquals([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD"]);
  await wrong.body?.cancel();
});

Deno.test("GET /control/v1/events tells the state at once and ends with the daemon", async () => {
  const scene = new HttpScene();
  const response = await scene.control("/events");
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  scene.stopping.abort();
  const text = await response.text();
  const [event, data] = text.trimEnd().split("\n");
  assertEquals([event, JSON.parse(data.slice("data:".length)).active], ["event:status", "local"]);
});

Deno.test("the control API tells every error in its own form, and why a configuration cannot be changed", async () => {
  const scene = new HttpScene();
  const messageOf = async (response: Response) => [response.status, (await response.json()).error.message];
  const put = () => scene.control("/mode", { method: "PUT", json: { mode: "cloud-only" } });
  scene.context.commands.setMode = () => Promise.reject(new ConfigError("Nothing was changed: line 1", []));
  assertEquals(await messageOf(await put()), [409, "Nothing was changed: line 1"]);
  scene.context.commands.setMode = () => Promise.reject(new RequestError(503, "The broker is shutting down"));
  assertEquals(await messageOf(await put()), [503, "The broker is shutting down"]);
  scene.context.commands.setMode = () => Promise.reject(new TypeError("secret detail"));
  assertEquals(await messageOf(await put()), [500, "The broker failed to handle the request; its log says why"]);
  const [status, words] = await messageOf(await scene.control("/mode", { method: "DELETE" }));
  assertEquals([status, words], [405, "/control/v1/mode takes GET, HEAD, PUT, not DELETE"]);
  const [refused] = await messageOf(await scene.control("/mode", { headers: { host: "evil.example" } }));
  assertEquals(refused, 403);
});
