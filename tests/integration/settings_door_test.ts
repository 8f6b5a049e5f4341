import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BrokerFixture, type BrokerFixtureOptions } from "../support/broker_fixture.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RawClient } from "../support/raw_client.ts";
import { type RawAnswer, type RawRequest, rawRequest } from "../support/raw_request.ts";

/** A whole daemon, and a browser that came in by a link: its cookie and the csrf token of its page. */
async function scene(options: BrokerFixtureOptions = {}, listen = {}) {
  const fixture = await BrokerFixture.start({ backends: [], listen }, options);
  const { host, port } = new URL(fixture.url);
  const ask = (path: string, request?: RawRequest) => rawRequest(fixture.url, path, request);
  const link = async () => {
    const { url } = await (await fixture.control("/login-link", { method: "POST" })).json();
    return url.slice(fixture.url.length) as string;
  };
  const cookie = (await ask(await link())).headers.get("set-cookie")!.split(";")[0];
  const page = await ask("/settings/overview", { headers: [`cookie: ${cookie}`] });
  const csrf = page.body.match(/<meta name="csrf" content="([\w-]{43})"/)?.[1];
  assert(csrf, "the page has a csrf token");
  return { fixture, host, port, ask, link, cookie, csrf, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() };
}

/** What every answer below `/settings` has. */
function assertSafe({ headers }: RawAnswer, about: string): void {
  const csp = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
  assertEquals(headers.get("content-security-policy"), csp, about);
  assertEquals([headers.get("x-content-type-options"), headers.get("x-frame-options")], ["nosniff", "DENY"], about);
  assert(["no-store", "no-cache"].includes(headers.get("cache-control")!), about);
  assertEquals(headers.get("access-control-allow-origin"), null, about);
}

Deno.test("no page of elsewhere gets through the door, and each is told what to do", async () => {
  await using it = await scene();
  const { host, port, cookie, csrf } = it;
  const inside = `cookie: ${cookie}`;
  const own = `origin: http://${host}`;
  const form: RawRequest = {
    method: "POST",
    headers: ["content-type: application/x-www-form-urlencoded"],
    body: `csrf=${csrf}&mode=cloud-only`,
  };
  const posted = (...headers: string[]): RawRequest => ({ ...form, headers: [...form.headers!, ...headers] });
  const path = "/settings/overview";
  const table: [what: string, path: string, request: RawRequest, status: number, words: string][] = [
    ["a rebound name", path, { headers: ["host: evil.example", inside] }, 403, "cloudtolocalllm settings"],
    ["a rebound name with our port", path, { headers: [`host: evil.example:${port}`, inside] }, 403, "not allowed"],
    ["another port", path, { headers: ["host: 127.0.0.1:80", inside] }, 403, "not allowed"],
    ["no port", path, { headers: ["host: 127.0.0.1", inside] }, 403, "not allowed"],
    ["a name with a dot", path, { headers: [`host: localhost.:${port}`, inside] }, 403, "not allowed"],
    ["a name with a user", path, { headers: [`host: evil@${host}`, inside] }, 403, "not allowed"],
    ["an empty name", path, { headers: ["host:", inside] }, 403, "not allowed"],
    ["no cookie", path, {}, 401, "cloudtolocalllm settings"],
    ["a forged cookie", path, { headers: [`cookie: ${cookie}x`] }, 401, "cloudtolocalllm settings"],
    ["a cookie of another port", path, { headers: [inside.replace(/-\d+=/, "-1=")] }, 401, "settings"],
    ["a frame of another port", path, { headers: [inside, "sec-fetch-site: same-site"] }, 401, "settings"],
    ["a fetch of another origin", path, { headers: [inside, "origin: https://evil.example"] }, 401, "settings"],
    ["a form without a cookie", path, posted(own), 403, "not signed in"],
    ["a form of elsewhere", path, posted(inside, "sec-fetch-site: cross-site"), 403, "not signed in"],
    ["a form of another port", path, posted(inside, "origin: http://127.0.0.1:3000"), 403, "not signed in"],
    ["a form of no origin", path, posted(inside), 403, "did not come from the settings page"],
    ["a form of a hidden origin", path, posted(inside, "origin: null"), 403, "not signed in"],
    ["a form without csrf", path, { ...posted(inside, own), body: "mode=cloud-only" }, 403, "earlier visit"],
    [
      "a form with a wrong csrf",
      path,
      { ...posted(inside, own), body: "csrf=x&mode=cloud-only" },
      403,
      "earlier visit",
    ],
    ["a link that never was", "/settings/enter?key=%3Cscript%3Ealert(1)%3C/script%3E", {}, 403, "used before"],
    ["a link without a key", "/settings/enter", {}, 403, "used before"],
    ["a method of its own", path, { method: "PROPFIND", headers: [inside, own] }, 405, "GET and POST"],
    ["TRACE", path, { method: "TRACE", headers: [inside, own] }, 405, "GET and POST"],
    ["a preflight", path, { method: "OPTIONS", headers: ["origin: https://evil.example"] }, 403, "not signed in"],
    ["an upgrade", path, { headers: ["upgrade: websocket", "sec-websocket-key: x"] }, 401, "settings"],
  ];
  for (const [what, path, request, status, words] of table) {
    const answer = await it.ask(path, request);
    assertEquals(answer.status, status, what);
    assertStringIncludes(answer.body, words, what);
    assertEquals([answer.body.includes("<script"), answer.body.includes(csrf)], [false, false], what);
    assertEquals(answer.headers.get("set-cookie"), null, what);
    assertSafe(answer, what);
  }
  assertEquals((await it.fixture.status()).chosenMode, "local-first");
});

Deno.test("no path leads around the door", async () => {
  await using it = await scene();
  const paths = [
    "//settings",
    "//settings/overview",
    "/settings//overview",
    "/settings/../settings/overview",
    "/settings/x/../overview",
    "/settings/overview/../assets/base.js",
    "/settings/x/../assets/base.js",
    "/settings/assets",
    "/settings/assets/",
    "/settings/assets/a/b",
    "/settings/assets/../overview",
    "/settings/assets/%2e%2e/overview",
    "/settings/assets/..%2foverview",
    "/settings/assets/..%2f..%2fetc%2fpasswd",
    "/settings/assets/..\\overview",
    "/settings/assets/base.js%00",
    "/settings/assets/base.js/../../overview",
    "/settings/%61ssets/../overview",
    "/%73ettings/overview",
    "/settings%2foverview",
    "/settings;/overview",
    "/settings/../control/v1/status",
    "/control/v1/../../settings/overview",
    "/settings/%ff",
    `${it.fixture.url}/settings/overview`,
  ];
  for (const path of paths) {
    const { status, body } = await it.ask(path);
    assert([400, 401, 403, 404].includes(status), `${path} ${status}`);
    assert(!body.includes("csrf") && !body.includes("root:"), path);
  }
  for (const path of ["settings.css", "base.js", "icon.svg"]) {
    const asset = await it.ask(`/settings/assets/${path}`);
    assertEquals(asset.status, 200);
    assertSafe(asset, path);
    const again = await it.ask(`/settings/assets/${path}`, {
      headers: [`if-none-match: ${asset.headers.get("etag")}`],
    });
    assertEquals([again.status, again.body], [304, ""]);
  }
  assertEquals((await it.ask("/settings/assets/constructor")).status, 404);
});

Deno.test("who is inside finds the page, and is told where there is none", async () => {
  await using it = await scene();
  const see = (path: string, method = "GET") => it.ask(path, { method, headers: [`cookie: ${it.cookie}`] });
  for (const path of ["/settings", "/settings/"]) {
    const { status, headers } = await see(path);
    assertEquals([status, headers.get("location")], [303, "/settings/overview"]);
  }
  const shown = await see("/settings/overview");
  assertEquals([shown.status, (await see("/settings/overview", "HEAD")).status], [200, 200]);
  assertSafe(shown, "the page");
  const nowhere = await see("/settings/%3Cscript%3E");
  assertEquals([nowhere.status, nowhere.body.includes("There is no such page")], [404, true]);
  assertSafe(nowhere, "no page");
});

Deno.test("the control API lets no page of elsewhere use the cookie", async () => {
  await using it = await scene();
  const { host, cookie, csrf } = it;
  const inside = `cookie: ${cookie}`;
  const ours = [inside, `x-csrf-token: ${csrf}`];
  const body = '{"mode":"cloud-only"}';
  const refused: [what: string, method: string, path: string, headers: string[]][] = [
    ["no csrf", "PUT", "mode", [inside, `origin: http://${host}`]],
    ["no origin", "PUT", "mode", ours],
    ["another port", "PUT", "mode", [...ours, "origin: http://127.0.0.1:3000", "sec-fetch-site: same-site"]],
    ["another site", "PUT", "mode", [...ours, "origin: https://evil.example", "sec-fetch-site: cross-site"]],
    ["a hidden origin", "PUT", "mode", [...ours, "origin: null"]],
    ["a rebound name", "PUT", "mode", [...ours, "host: evil.example", "origin: http://evil.example"]],
    ["an address of the network", "GET", "status", [inside, "host: 192.168.1.5"]],
    ["a form", "POST", "login-link", [inside, "content-type: text/plain", "sec-fetch-site: same-site"]],
    ["a test without csrf", "POST", "backends/test", [inside, "sec-fetch-site: same-origin"]],
    ["a pause without csrf", "DELETE", "pause", [inside, "sec-fetch-site: same-origin"]],
    ["a change without csrf", "PATCH", "config", [inside, "sec-fetch-site: same-origin"]],
    ["events of another port", "GET", "events", [inside, "sec-fetch-site: same-site"]],
    ["the log of another port", "GET", "logs", [inside, "origin: http://127.0.0.1:3000"]],
    ["a socket of another port", "GET", "events", [inside, "upgrade: websocket", "origin: http://127.0.0.1:3000"]],
    ["an override", "GET", "nowhere", ["x-http-method-override: PUT"]],
  ];
  for (const [what, method, path, headers] of refused) {
    const answer = await it.ask(`/control/v1/${path}`, { method, headers, body: method === "GET" ? "" : body });
    assert([401, 403].includes(answer.status), `${what} ${answer.status}`);
    assert(JSON.parse(answer.body).error.message.length > 10, what);
    assertEquals(answer.headers.get("access-control-allow-credentials"), null, what);
  }
  const set = await it.ask("/control/v1/mode", {
    method: "PUT",
    headers: [...ours, "sec-fetch-site: same-origin"],
    body,
  });
  assertEquals([set.status, (await it.fixture.status()).chosenMode], [200, "cloud-only"]);
});

Deno.test("a link opens the settings once, within a minute, and not for who looks ahead", async () => {
  const clock = new FakeClock();
  await using it = await scene({ clock });
  const link = await it.link();
  for (const ahead of ["sec-purpose: prefetch", "purpose: prefetch"]) {
    assertEquals((await it.ask(link, { headers: [ahead] })).status, 403);
  }
  assertEquals((await it.ask(link, { method: "HEAD" })).status, 401);
  const opened = await it.ask(link);
  assertEquals([opened.status, opened.headers.get("location")], [303, "/settings"]);
  assertEquals((await it.ask(link)).status, 403);
  const late = await it.link();
  await clock.advance(60_000);
  assertEquals((await it.ask(late)).status, 403);
});

Deno.test("a session ends after twelve hours without use, and with the daemon", async () => {
  const clock = new FakeClock();
  await using it = await scene({ clock });
  const status = async (of: typeof it, cookie: string) =>
    (await of.ask("/settings/overview", { headers: [`cookie: ${cookie}`] })).status;
  await clock.advance(12 * 3_600_000 - 1);
  assertEquals(await status(it, it.cookie), 200);
  await clock.advance(12 * 3_600_000);
  assertEquals(await status(it, it.cookie), 401);
  await using other = await scene();
  assertEquals(await status(other, other.cookie.replace(/=.*/, it.cookie.slice(it.cookie.indexOf("=")))), 401);
});

Deno.test("two daemons of one machine keep their sessions apart", async () => {
  await using one = await scene();
  await using two = await scene();
  const both = [`cookie: ${one.cookie}; ${two.cookie}`];
  assertEquals((await one.ask("/settings/overview", { headers: both })).status, 200);
  assertEquals((await two.ask("/settings/overview", { headers: both })).status, 200);
  assertEquals((await two.ask("/settings/overview", { headers: [`cookie: ${one.cookie}`] })).status, 401);
  const planted = [`cookie: ${one.cookie.replace(/=.*/, "=planted")}; ${one.cookie}`];
  assertEquals((await one.ask("/settings/overview", { headers: planted })).status, 200);
});

Deno.test("a form of ten megabytes is refused unread, and memory stays", async () => {
  await using it = await scene();
  const { host, port, cookie } = it;
  const head = `POST /settings/overview HTTP/1.1\r\nhost: ${host}\r\ncookie: ${cookie}\r\n` +
    `origin: http://${host}\r\ncontent-type: application/x-www-form-urlencoded\r\n`;
  const before = Deno.memoryUsage().rss;
  for (let round = 0; round < 5; round++) {
    for (const length of ["content-length: 10485760\r\n\r\n", "transfer-encoding: chunked\r\n\r\n"]) {
      using client = await RawClient.open(Number(port));
      await client.write(head + length);
      // Until it is refused; the daemon may hang up while the rest is sent.
      const chunk = length.startsWith("transfer") ? `10000\r\n${"x".repeat(65_536)}\r\n` : "x".repeat(65_536);
      const sent = (async () => {
        for (let i = 0; i < 160; i++) await client.write(chunk);
      })().catch(() => {});
      const text = await client.readUntil((text) => text.includes("</html>"));
      client.close();
      await sent;
      assertStringIncludes(text, "HTTP/1.1 413");
      assertStringIncludes(text, "larger than 1048576 bytes");
    }
  }
  const grown = (Deno.memoryUsage().rss - before) / 1_048_576;
  assert(grown < 64, `grew by ${grown.toFixed(1)} MiB over 100 MiB`);
});

Deno.test("a form that stands still is refused, and so are more cookies than headers may hold", async () => {
  await using it = await scene({}, { readStallMs: 50 });
  const { host, port, cookie } = it;
  using client = await RawClient.open(Number(port));
  await client.write(
    `POST /settings/overview HTTP/1.1\r\nhost: ${host}\r\ncookie: ${cookie}\r\norigin: http://${host}\r\n` +
      "content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\ncsrf=",
  );
  assertStringIncludes(await client.readUntil((text) => text.includes("</html>")), "HTTP/1.1 408");
  const crowded = await it.ask("/settings/overview", { headers: [`cookie: a=${"b".repeat(40_000)}; ${cookie}`] });
  assertEquals(crowded.status, 431);
  assertSafe(crowded, "crowded");
});

Deno.test("behind a server with TLS the settings are used under an allowed name, and no other", async () => {
  await using it = await scene({}, { allowedHosts: ["box.lan"] });
  const headers = ["host: box.lan", `cookie: ${it.cookie}`, "origin: https://box.lan", "sec-fetch-site: same-origin"];
  assertEquals((await it.ask("/settings/overview", { headers })).status, 200);
  const write = { method: "PUT", headers: [...headers, `x-csrf-token: ${it.csrf}`], body: '{"mode":"fastest"}' };
  assertEquals((await it.ask("/control/v1/mode", write)).status, 200);
  const foreign = headers.map((line) => line.replace("https://box.lan", "https://a.lan"));
  assertEquals((await it.ask("/control/v1/mode", { ...write, headers: foreign })).status, 403);
});

Deno.test("on IPv6 the door is the same", async () => {
  await using it = await scene({}, { host: "::1" });
  assertStringIncludes(it.fixture.url, "http://[::1]:");
  assertEquals((await it.ask("/settings/overview", { headers: [`cookie: ${it.cookie}`] })).status, 200);
  assertEquals((await it.ask("/settings/overview")).status, 401);
});

Deno.test("no key, cookie or csrf token of the settings comes into the log", async () => {
  await using it = await scene();
  const link = await it.link();
  const { cookie, csrf } = it;
  for (const path of [link, link, "/settings/overview", `/settings/${csrf}`, `/control/v1/${cookie}`]) {
    await it.ask(path, { headers: [`cookie: ${cookie}`] });
  }
  const log = it.fixture.log.join("") + await (await it.fixture.control("/logs")).text();
  for (const secret of [link.split("key=")[1], cookie.split("=")[1], csrf, it.fixture.token]) {
    assert(!log.includes(secret));
  }
});
