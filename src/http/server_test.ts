import { assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";

Deno.test("unknown routes and wrong methods are answered in the dialect of the path", async () => {
  const scene = new HttpScene();
  const table: [string, RequestInit, number][] = [
    ["/api/nowhere", {}, 404],
    ["/nowhere", {}, 404],
    ["/api/chat", {}, 405],
    ["/api/tags", { method: "DELETE" }, 405],
    ["/v1/nowhere", {}, 404],
    ["/v1/models", { method: "PUT" }, 405],
    ["/v1/chat/completions", { method: "GET" }, 405],
  ];
  for (const [path, init, status] of table) {
    const response = await scene.ask(path, init);
    const { error } = await response.json();
    assertEquals([response.status, typeof (path.startsWith("/v1") ? error.message : error)], [status, "string"], path);
  }
  assertEquals((await scene.ask("/api/chat")).headers.get("allow"), "POST");
});

Deno.test("HEAD is answered where GET is, without a body", async () => {
  const scene = new HttpScene();
  for (const path of ["/", "/api/version", "/api/tags", "/v1/models", "/health"]) {
    const response = await scene.ask(path, { method: "HEAD" });
    assertEquals([response.status, await response.text()], [200, ""], path);
  }
});

Deno.test("GET /v1/models/:id takes names with slashes, colons and per cent signs", async () => {
  const name = "meta-llama/Llama-3.2:free";
  const scene = new HttpScene({ inputs: { local: { models: { [name]: "llama3.2", "100%": "llama3.2" } } } });
  for (const path of [name, encodeURIComponent(name), "100%25"]) {
    const response = await scene.ask(`/v1/models/${path}`);
    assertEquals([response.status, (await response.json()).object], [200, "model"], path);
  }
  for (const path of ["none", "%ff", "%2525"]) {
    const response = await scene.ask(`/v1/models/${path}`);
    assertEquals([response.status, (await response.json()).error.code], [404, "model_not_found"], path);
  }
  assertEquals(scene.errors, []);
});

Deno.test("/ready is 200 as long as a request could be answered, else 503 with the reasons", async () => {
  const scene = new HttpScene();
  assertEquals(await (await scene.ask("/ready")).json(), { status: "ready", state: "connected", active: "local" });
  scene.store.update((state) => ({ ...state, mode: "cloud-only" }));
  const down = await scene.ask("/ready");
  assertEquals([down.status, (await down.json()).status], [503, "not ready"]);
  scene.stopping.abort();
  assertEquals((await scene.ask("/ready")).status, 503);
  assertEquals((await scene.ask("/health")).status, 200);
});

Deno.test("a mistake of ours is a 500 that keeps its detail in the log", async () => {
  const scene = new HttpScene();
  scene.context.refreshModels = () => Promise.reject(new TypeError("secret detail"));
  for (const path of ["/api/tags", "/v1/models"]) {
    const response = await scene.ask(path);
    assertEquals([response.status, (await response.text()).includes("secret detail")], [500, false]);
  }
  assertEquals(scene.errors.length, 2);
});

Deno.test("/metrics is of Prometheus' content type", async () => {
  const response = await new HttpScene().ask("/metrics");
  assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertStringIncludes(await response.text(), "cloudtolocalllm_in_flight 0\n");
});
