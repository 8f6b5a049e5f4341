import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";
import { bearerOf, isHostAllowed, isOriginAllowed } from "./guard.ts";

Deno.test("isHostAllowed() knows this machine, addresses and the names that the user added", () => {
  const allowed = ["Box.lan", "chat.example"];
  const table: [string, boolean][] = [
    ["localhost", true],
    ["localhost:11435", true],
    ["LOCALHOST:1", true],
    ["app.localhost", true],
    ["127.0.0.1:11435", true],
    ["127.9.9.9", true],
    ["[::1]:11435", true],
    ["192.168.1.20:11435", true],
    ["[fe80::1]", true],
    ["box.lan:11435", true],
    ["BOX.LAN", true],
    ["chat.example", true],
    ["evil.example", false],
    ["sub.chat.example", false],
    ["localhost.evil.example", false],
    ["127.0.0.1.evil.example", false],
    ["localhost@evil.example", false],
    ["evil.example@localhost", false],
    ["evil.example/localhost", false],
    ["evil.example\\localhost", false],
    ["evil.example#localhost", false],
    ["evil.example?localhost", false],
    ["", false],
    [" ", false],
    ["local host", false],
    ["[::1", false],
    ["localhost:port", false],
  ];
  for (const [host, expected] of table) assertEquals(isHostAllowed(host, allowed), expected, host);
});

Deno.test("isOriginAllowed() knows pages of this machine, desktop apps and what the user added", () => {
  const allowed = ["https://chat.example", "https://*.team.example", "moz-extension://*"];
  const table: [string, boolean][] = [
    ["http://localhost", true],
    ["http://localhost:3000", true],
    ["https://127.0.0.1:8443", true],
    ["http://[::1]:5173", true],
    ["http://0.0.0.0:3000", true],
    ["app://obsidian.md", true],
    ["file://", true],
    ["tauri://localhost", true],
    ["vscode-webview://abc", true],
    ["https://chat.example", true],
    ["HTTPS://Chat.Example", true],
    ["https://a.team.example", true],
    ["https://a.b.team.example", true],
    ["moz-extension://1234", true],
    ["http://chat.example", false],
    ["https://chat.example.evil.example", false],
    ["https://evil.example/.team.example", false],
    ["https://evil.example?.team.example", false],
    ["https://evil.example#.team.example", false],
    ["https://user@.team.example", false],
    ["https://evil.example\\.team.example", false],
    ["https://team.example", false],
    ["https://evil.example", false],
    ["http://localhost.evil.example", false],
    ["chrome-extension://1234", false],
    ["null", false],
    ["", false],
    ["localhost", false],
  ];
  for (const [origin, expected] of table) assertEquals(isOriginAllowed(origin, allowed), expected, origin);
});

Deno.test("bearerOf() reads the token and nothing else", () => {
  const of = (authorization?: string) => bearerOf(new Headers(authorization === undefined ? {} : { authorization }));
  assertEquals([of("Bearer abc"), of("bearer  abc "), of("Basic abc"), of("Bearer"), of("Bearer a b"), of()], [
    "abc",
    "abc",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

const routes: [string, RequestInit & { json?: unknown }][] = [
  ["/", {}],
  ["/health", {}],
  ["/ready", {}],
  ["/metrics", {}],
  ["/api/version", {}],
  ["/api/tags", {}],
  ["/v1/models", {}],
  ["/control/v1/status", { headers: { authorization: "Bearer control-token" } }],
  ["/api/chat", { json: { model: "llama3.2", messages: [{ role: "user", content: "hi" }] } }],
  ["/v1/chat/completions", { json: { model: "llama3.2", messages: [{ role: "user", content: "hi" }] } }],
];

/** A small generator with a seed, so that a failure can be had again (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

Deno.test("guard() lets no request for a foreign host through, whatever it looks like", async () => {
  const scene = new HttpScene({ listen: { allowedHosts: ["box.lan"] } });
  const random = seeded(20_260_801);
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)];
  const labels = [
    "localhost",
    "127",
    "0",
    "1",
    "box",
    "lan",
    "evil",
    "xn--0ca",
    "a-b",
    "_x",
    "[",
    "::1",
    "]",
    "@",
    "%",
    "",
  ];
  const ends = ["evil.example", "example.com", "box.lan.evil", "localhost.test", "internal", "1.2.3.4.nip.example"];
  for (let i = 0; i < 400; i++) {
    const front = Array.from({ length: Math.floor(random() * 4) }, () => pick(labels)).join(pick([".", "", "-"]));
    const host = `${front}${front && "."}${pick(ends)}${pick(["", ":80", ":11435", "."])}`;
    const [path, init] = routes[i % routes.length];
    const response = await scene.ask(path, { ...init, headers: { ...init.headers as object, host } });
    assertNotEquals(response.status, 200, `${path} for ${host}`);
    await response.body?.cancel();
  }
  assertEquals(scene.broker.sends("local"), 0);
  scene.broker.assertAtRest();
});

Deno.test("guard() tells in the dialect of the path why a host is refused, and what to do", async () => {
  const scene = new HttpScene();
  const headers = { host: "evil.example" };
  const ollama = await scene.ask("/api/tags", { headers });
  assertEquals([ollama.status, (await ollama.json()).error], [
    403,
    'Host "evil.example" is not allowed; add its name to listen.allowedHosts in the configuration',
  ]);
  const openai = await scene.ask("/v1/models", { headers });
  assertEquals([openai.status, (await openai.json()).error.code], [403, "host_not_allowed"]);
});

Deno.test("guard() refuses other web sites, with or without an Origin, and answers no preflight of theirs", async () => {
  const scene = new HttpScene();
  const evil = { origin: "https://evil.example" };
  const sec = { "sec-fetch-site": "cross-site" };
  const chat = { json: { model: "llama3.2", messages: [{ role: "user", content: "hi" }] } };
  for (const init of [{ ...chat, headers: evil }, { ...chat, headers: sec }, { method: "OPTIONS", headers: evil }]) {
    const response = await scene.ask("/api/chat", init);
    assertEquals([response.status, response.headers.get("access-control-allow-origin")], [403, null]);
  }
  assertEquals((await scene.ask("/api/tags", { headers: sec })).status, 200, "a link to it may be followed");
  assertEquals((await scene.ask("/api/chat", { ...chat, headers: { "sec-fetch-site": "same-origin" } })).status, 200);
});

Deno.test("guard() lets pages of this machine in, and says so to their browser", async () => {
  const scene = new HttpScene();
  const origin = "http://localhost:3000";
  const preflight = await scene.ask("/api/chat", {
    method: "OPTIONS",
    headers: { origin, "access-control-request-headers": "content-type, x-custom" },
  });
  assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [204, origin]);
  assertEquals(preflight.headers.get("access-control-allow-headers"), "content-type, x-custom");
  for (const path of ["/api/tags", "/api/nowhere", "/v1/chat/completions"]) {
    const response = await scene.ask(path, { headers: { origin } });
    assertEquals(response.headers.get("access-control-allow-origin"), origin, path);
    assertStringIncludes(response.headers.get("vary")!, "Origin");
    await response.body?.cancel();
  }
  assertEquals((await scene.ask("/api/tags")).headers.get("access-control-allow-origin"), null);
});

Deno.test("guard() asks for the client key where one is set, but not for health", async () => {
  const scene = new HttpScene({ listen: { clientKey: "clients" }, secrets: { clients: "right" } });
  const status = async (path: string, key?: string) => {
    const response = await scene.ask(path, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });
    await response.body?.cancel();
    return response.status;
  };
  for (const path of ["/", "/api/tags", "/v1/models", "/metrics"]) {
    assertEquals([await status(path), await status(path, "wrong"), await status(path, "right")], [401, 401, 200], path);
  }
  assertEquals([await status("/health"), await status("/ready")], [200, 200]);
  assertEquals([await status("/control/v1/status", "right"), await status("/control/v1/status", scene.token)], [
    401,
    200,
  ]);
  const refused = await scene.ask("/v1/models");
  assertEquals([refused.headers.get("www-authenticate"), (await refused.json()).error.code], [
    "Bearer",
    "invalid_api_key",
  ]);
});

Deno.test("guard() lets nobody in when the client key that it asks for is not set", async () => {
  const scene = new HttpScene({ listen: { clientKey: "clients" } });
  for (const key of ["", "undefined", "clients"]) {
    assertEquals((await scene.ask("/api/tags", { headers: { authorization: `Bearer ${key}` } })).status, 401);
  }
});

Deno.test("guard() refuses headers that are too large", async () => {
  const scene = new HttpScene({ listen: { maxHeaderBytes: 2_000 } });
  const filled = (bytes: number) => scene.ask("/api/version", { headers: { "x-filler": "x".repeat(bytes) } });
  assertEquals([(await filled(1_500)).status, (await filled(2_000)).status], [200, 431]);
});

Deno.test("guard() lets nobody in without a key where other machines can reach the socket", async () => {
  const scene = new HttpScene({ isExposed: true });
  const asked = async (path: string, headers: HeadersInit = {}) => (await scene.ask(path, { headers })).status;
  assertEquals([await asked("/api/tags"), await asked("/v1/models"), await asked("/metrics")], [401, 401, 401]);
  assertEquals(await asked("/api/tags", { authorization: "Bearer null" }), 401);
  assertEquals(await asked("/api/tags", { authorization: `Bearer ${scene.token}` }), 200);
});

Deno.test("isOriginAllowed() takes no time worth naming, whatever the pattern and the origin", () => {
  const since = performance.now();
  assertEquals(isOriginAllowed(`https://${"-.".repeat(16_000)}!`, ["https://*-*.*.example.com"]), false);
  assertEquals(isOriginAllowed(`https://${"-.".repeat(120)}x`, ["https://*-*-*-*-*-*.*.*.*.example.com"]), false);
  assert(performance.now() - since < 1_000);
});
