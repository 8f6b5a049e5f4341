import { assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";

const own = "http://127.0.0.1:11435";

function scene(listen: { allowedHosts?: string[] } = {}) {
  const http = new HttpScene({ listen });
  const session = http.door.createSession();
  const cookie = `cloudtolocalllm-11435=${session.id}`;
  const ask = async (method: string, headers: Record<string, string> = {}, path = "/control/v1/mode") => {
    const body = method === "PUT" ? '{"mode":"cloud-only"}' : undefined;
    const response = await http.ask(path, { method, body, headers: { cookie, ...headers } });
    await response.body?.cancel();
    return response;
  };
  return { http, session, cookie, ask };
}

Deno.test("controlGuard() lets the settings page read by its cookie, and no page of elsewhere", async () => {
  const { ask } = scene();
  const status = async (headers: Record<string, string>) => (await ask("GET", headers)).status;
  assertEquals(await status({}), 200);
  assertEquals(await status({ "sec-fetch-site": "same-origin" }), 200);
  assertEquals(await status({ "sec-fetch-site": "same-site" }), 401);
  assertEquals(await status({ "sec-fetch-site": "same-site", origin: "http://127.0.0.1:3000" }), 401);
  assertEquals(await status({ origin: "http://localhost:11435" }), 401);
  assertEquals(await status({ "sec-fetch-site": "cross-site" }), 401);
  assertEquals(await status({ origin: "https://evil.example" }), 403);
  assertEquals(await status({ origin: "null" }), 403);
  assertEquals(await status({ host: "127.0.0.1:3000" }), 403);
  assertEquals(await status({ host: "192.168.1.5:11435" }), 403);
  assertEquals(await status({ cookie: "cloudtolocalllm-11435=forged" }), 401);
  assertEquals(await status({ authorization: "Bearer wrong" }), 401);
});

Deno.test("controlGuard() lets the settings page write by its cookie with its csrf token only", async () => {
  const { http, session, ask } = scene();
  const csrf = { "x-csrf-token": session.csrf };
  const refused: Record<string, string>[] = [
    {},
    csrf,
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "same-origin", "x-csrf-token": session.id },
    { "sec-fetch-site": "same-origin", "x-csrf-token": http.door.createSession().csrf },
    { ...csrf, "sec-fetch-site": "none" },
    { ...csrf, "sec-fetch-site": "same-site" },
    { ...csrf, origin: "http://127.0.0.1:3000" },
    { ...csrf, origin: "null" },
    { ...csrf, origin: own, host: "evil.example" },
    { ...csrf, origin: own, cookie: "a=b" },
  ];
  for (const headers of refused) {
    for (const [method, path] of [["PUT", "mode"], ["DELETE", "pause"], ["PATCH", "config"], ["POST", "login-link"]]) {
      const { status } = await ask(method, headers, `/control/v1/${path}`);
      assertEquals(status === 401 || status === 403, true, `${method} ${status} ${JSON.stringify(headers)}`);
    }
  }
  assertEquals(http.modes, []);
  assertEquals((await ask("PUT", { ...csrf, "sec-fetch-site": "same-origin" })).status, 200);
  assertEquals((await ask("PUT", { ...csrf, origin: own })).status, 200);
  assertEquals(http.modes.length, 2);
});

Deno.test("controlGuard() knows the settings page behind a server of an allowed name", async () => {
  const { http, session, ask } = scene({ allowedHosts: ["box.lan"] });
  const behind = { host: "box.lan", origin: "https://box.lan", "sec-fetch-site": "same-origin" };
  assertEquals((await ask("PUT", { ...behind, "x-csrf-token": session.csrf })).status, 200);
  assertEquals((await ask("PUT", { ...behind, "x-csrf-token": session.csrf, origin: "https://a.lan" })).status, 403);
  assertEquals(http.modes.length, 1);
});

Deno.test("controlGuard() answers no preflight that would let another page use the cookie", async () => {
  const { ask } = scene();
  const asked = { "access-control-request-method": "PUT", "access-control-request-headers": "x-csrf-token" };
  const local = await ask("OPTIONS", { ...asked, origin: "http://127.0.0.1:3000" });
  assertEquals([local.status, local.headers.get("access-control-allow-credentials")], [204, null]);
  const foreign = await ask("OPTIONS", { ...asked, origin: "https://evil.example" });
  assertEquals([foreign.status, foreign.headers.get("access-control-allow-origin")], [403, null]);
  assertEquals((await ask("OPTIONS")).status, 403);
});

Deno.test("controlGuard() has nothing stored or sniffed, refusals neither, and says what to do", async () => {
  const { http, ask } = scene();
  for (const response of [await ask("GET"), await ask("PUT"), await ask("GET", { cookie: "" })]) {
    const { headers } = response;
    assertEquals([headers.get("cache-control"), headers.get("x-content-type-options")], ["no-store", "nosniff"]);
  }
  const signedOut = await http.ask("/control/v1/mode", { headers: { cookie: "a=b" } });
  assertStringIncludes((await signedOut.json()).error.message, "cloudtolocalllm settings");
});
