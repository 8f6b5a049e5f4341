import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HttpScene } from "../../tests/support/http_scene.ts";

const site = { "sec-fetch-site": "same-origin" };

function scene(options: ConstructorParameters<typeof HttpScene>[0] = {}) {
  const http = new HttpScene(options);
  const session = http.door.createSession();
  const inside = { cookie: `cloudtolocalllm-11435=${session.id}`, ...site };
  /** A form as the browser of the session sends it. */
  const send = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    http.ask("/settings/x", { method: "POST", body: new URLSearchParams(form), headers: { ...inside, ...headers } });
  return { http, session, inside, send };
}

/** What every answer below `/settings` has, whatever it is. */
function assertSafe({ headers }: Response, about: string): void {
  const csp = headers.get("content-security-policy") ?? "";
  assert(csp.startsWith("default-src 'self';") && csp.includes("frame-ancestors 'none'"), about);
  assertEquals(
    ["x-content-type-options", "x-frame-options", "referrer-policy", "access-control-allow-origin"]
      .map((name) => headers.get(name)),
    ["nosniff", "DENY", "same-origin", null],
    about,
  );
  assertEquals(["no-store", "no-cache"].includes(headers.get("cache-control")!), true, about);
}

Deno.test("a link opens the settings once: it becomes a cookie, and leads on without its key", async () => {
  const { http } = scene();
  const { pathname, search } = new URL(http.context.settingsLink());
  const opened = await http.ask(pathname + search);
  assertEquals([opened.status, opened.headers.get("location")], [303, "/settings"]);
  assertSafe(opened, "the link");
  const cookie = opened.headers.get("set-cookie")!;
  assert(/^cloudtolocalllm-11435=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/.test(cookie), cookie);
  const page = await http.ask("/settings", { headers: { cookie: cookie.split(";")[0] } });
  assertEquals([page.status, await page.text(), http.visits.length], [200, "the settings page", 1]);
  const again = await http.ask(pathname + search);
  assertEquals([again.status, again.headers.get("set-cookie")], [403, null]);
  assertStringIncludes(await again.text(), "was used before");
});

Deno.test("a link that is opened by who is inside keeps the session, and is used up", async () => {
  const { http, inside } = scene();
  const { pathname, search } = new URL(http.context.settingsLink());
  const opened = await http.ask(pathname + search, { headers: { ...inside, "sec-fetch-site": "none" } });
  assertEquals([opened.status, opened.headers.get("set-cookie")], [303, null]);
  assertEquals((await http.ask(pathname + search)).status, 403);
});

Deno.test("a link is not used up by what only looks ahead at it", async () => {
  const { http } = scene();
  const { pathname, search } = new URL(http.context.settingsLink());
  const ahead = { "sec-purpose": "prefetch;prerender", purpose: "prefetch", "x-moz": "prefetch" };
  for (const [name, value] of Object.entries(ahead)) {
    assertEquals((await http.ask(pathname + search, { headers: { [name]: value } })).status, 403);
  }
  for (const method of ["HEAD", "POST", "OPTIONS"]) await http.ask(pathname + search, { method });
  assertEquals((await http.ask(pathname + search)).status, 303);
});

Deno.test("who has no session sees how to get one, and nothing of the page", async () => {
  const { http, inside } = scene();
  const table: [path: string, init: RequestInit, status: number][] = [
    ["/settings", {}, 401],
    ["/settings/", {}, 401],
    ["/settings/overview", {}, 401],
    ["/settings", { method: "HEAD" }, 401],
    ["/settings/enter", {}, 403],
    ["/settings/enter?key=", {}, 403],
    ["/settings/enter?key=%3Cscript%3E", {}, 403],
    ["/settings/x", { method: "POST", body: "a=b" }, 403],
    ["/settings/x", { method: "DELETE" }, 403],
    ["/settings", { headers: { cookie: "cloudtolocalllm-11435=forged" } }, 401],
    ["/settings", { headers: { ...inside, "sec-fetch-site": "same-site" } }, 401],
    ["/settings", { headers: { authorization: "Bearer control-token" } }, 401],
    ["/settings/assets/", {}, 401],
    ["/settings/assets/a/b", {}, 401],
    ["/settings/assets/..%2foverview", {}, 401],
    ["/settings/overview?x=/settings/assets/base.js", {}, 401],
  ];
  for (const [path, init, status] of table) {
    const response = await http.ask(path, init);
    const text = await response.text();
    assertEquals([response.status, text.includes("<script")], [status, false], path);
    assertSafe(response, path);
    if (init.method !== "HEAD") assertStringIncludes(text, "cloudtolocalllm settings", path);
  }
  assertEquals(http.visits, []);
});

Deno.test("who follows a link of another site goes on from here, where the browser brings its cookie", async () => {
  const { http } = scene();
  const followed = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  const response = await http.ask("/settings/logs", { headers: followed });
  assertEquals(response.status, 200);
  assertStringIncludes(await response.text(), 'http-equiv="refresh"');
  assertSafe(response, "followed");
  for (const headers of [{ ...followed, "sec-fetch-site": "same-origin" }, { ...followed, "sec-fetch-mode": "cors" }]) {
    assertEquals((await http.ask("/settings", { headers })).status, 401);
  }
});

Deno.test("styles and scripts are for everybody who names the daemon rightly", async () => {
  const { http } = scene();
  for (const method of ["GET", "HEAD"]) {
    assertEquals((await http.ask("/settings/assets/settings.css", { method })).status, 200);
  }
  assertEquals(http.visits.map(({ visit }) => visit), [{ csrf: "" }, { csrf: "" }]);
  assertEquals((await http.ask("/settings/assets/x.css", { headers: { host: "evil.example" } })).status, 403);
});

Deno.test("the settings are shown under exact names only", async () => {
  const { http, inside } = scene({ listen: { allowedHosts: ["box.lan"] } });
  const status = async (host: string) => {
    const response = await http.ask("/settings", { headers: { ...inside, host } });
    assertSafe(response, host);
    return response.status;
  };
  assertEquals([await status("localhost:11435"), await status("box.lan")], [200, 200]);
  for (const host of ["evil.example", "127.0.0.1", "127.0.0.1:80", "192.168.1.5:11435", "a@localhost:11435"]) {
    assertEquals(await status(host), 403, host);
  }
});

Deno.test("a form is passed on when it is of our page and of this visit", async () => {
  const { http, session, send } = scene();
  assertEquals((await send({ csrf: session.csrf, name: "value" })).status, 200);
  assertEquals((await send({ name: "value" }, { "x-csrf-token": session.csrf })).status, 200);
  const forms = http.visits.map(({ visit }) => [visit.csrf, visit.form?.get("name")]);
  assertEquals(forms, [[session.csrf, "value"], [session.csrf, "value"]]);
});

Deno.test("a script's message is passed on unread", async () => {
  const { http, session, inside } = scene();
  const headers = { ...inside, "x-csrf-token": session.csrf, "content-type": "application/json" };
  await http.ask("/settings/x", { method: "POST", body: '{"a":1}', headers });
  assertEquals([http.visits[0].visit.form, await http.visits[0].request.json()], [undefined, { a: 1 }]);
});

Deno.test("a form of anybody else changes nothing", async () => {
  const { http, session, send } = scene();
  const right = { csrf: session.csrf };
  const table: [form: Record<string, string>, headers: Record<string, string>][] = [
    [{}, {}],
    [{ csrf: "" }, {}],
    [{ csrf: session.id }, {}],
    [{ csrf: http.door.createSession().csrf }, {}],
    [right, { "x-csrf-token": "wrong" }],
    [right, { cookie: "" }],
    [right, { "sec-fetch-site": "none" }],
    [right, { "sec-fetch-site": "same-site", origin: "http://127.0.0.1:3000" }],
    [right, { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
    [right, { "sec-fetch-site": "cross-site", origin: "null" }],
    [right, { host: "evil.example" }],
  ];
  for (const [form, headers] of table) {
    const response = await send(form, headers);
    assertEquals(response.status, 403, JSON.stringify([form, headers]));
    assertSafe(response, "form");
  }
  assertEquals(http.visits, []);
});

Deno.test("a form without Sec-Fetch-Site must come from our origin", async () => {
  const { http, session, inside } = scene();
  const { "sec-fetch-site": _, ...old } = inside;
  const status = async (headers: Record<string, string>) => {
    const body = new URLSearchParams({ csrf: session.csrf });
    return (await http.ask("/settings/x", { method: "POST", body, headers: { ...old, ...headers } })).status;
  };
  assertEquals(await status({ origin: "http://127.0.0.1:11435" }), 200);
  for (const headers of [{}, { origin: "null" }, { origin: "http://127.0.0.1:3000" }, { origin: "" }]) {
    assertEquals(await status(headers as Record<string, string>), 403, JSON.stringify(headers));
  }
});

Deno.test("the settings take no other method, whatever a header says of it", async () => {
  const { http, session, inside } = scene();
  const headers = { ...inside, "x-csrf-token": session.csrf, "x-http-method-override": "POST" };
  for (const method of ["PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const response = await http.ask("/settings/x", { method, headers });
    assertEquals(response.status, 405, method);
    assertSafe(response, method);
  }
  await http.ask("/settings/x?_method=POST", { headers });
  assertEquals(http.visits.map(({ request }) => request.method), ["GET"]);
});

Deno.test("what is too much, or no form, is refused as a page", async () => {
  const { http, session, inside, send } = scene();
  const large = await send({ csrf: session.csrf, x: "x".repeat(1_048_576) });
  assertEquals(large.status, 413);
  const headers = { ...inside, "content-type": "multipart/form-data; boundary=x", "x-csrf-token": session.csrf };
  const broken = await http.ask("/settings/x", { method: "POST", body: "--y", headers });
  assertEquals(broken.status, 400);
  const crowded = await http.ask("/settings", { headers: { cookie: "a=" + "b".repeat(40_000) } });
  assertEquals(crowded.status, 431);
  for (const response of [large, broken, crowded]) {
    assertSafe(response, "refused");
    assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  }
  assertEquals(http.visits, []);
});

Deno.test("a mistake of ours is a page that keeps its detail in the log", async () => {
  const { http, inside } = scene();
  http.context.settings = () => Promise.reject(new TypeError("secret detail"));
  const response = await http.ask("/settings", { headers: inside });
  assertEquals([response.status, (await response.text()).includes("secret detail")], [500, false]);
  assertSafe(response, "500");
  assertEquals(http.errors, ["The settings page failed"]);
});

Deno.test("HEAD is answered as GET, and leaves no stream behind", async () => {
  const { http, inside } = scene();
  const ended = Promise.withResolvers<void>();
  http.context.settings = (request) => {
    assertEquals(request.method, "GET");
    return Promise.resolve(new Response(new ReadableStream({ cancel: () => ended.resolve() })));
  };
  const response = await http.ask("/settings/overview", { method: "HEAD", headers: inside });
  assertEquals([response.status, response.body], [200, null]);
  await ended.promise;
});

Deno.test("reading is never a change, whatever its query says", async () => {
  const { http, inside } = scene();
  await http.ask("/settings/x?csrf=1&save=1", { headers: inside });
  assertEquals(http.visits[0].visit.form, undefined);
});
