import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { configFixture } from "../../tests/support/config_fixture.ts";
import { HttpScene } from "../../tests/support/http_scene.ts";

/** The control API over a real file. */
async function scene(text?: string) {
  await using cleanup = new AsyncDisposableStack();
  const file = cleanup.use(await configFixture(text));
  const store = cleanup.use(await file.open());
  const http = new HttpScene({ configFile: store });
  const answer = async (init?: RequestInit & { json?: unknown }) => {
    const response = await http.control("/config", init);
    return { status: response.status, body: await response.json() };
  };
  const patch = (version: string, changes: unknown) => answer({ method: "PATCH", json: { version, changes } });
  const resources = cleanup.move();
  return { file, store, http, answer, patch, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

const fastest = '{\n  "version": 1,\n  "route": { "mode": "fastest" }\n}\n';

Deno.test("GET /control/v1/config is what the file says, what that means, and its version", async () => {
  await using it = await scene(fastest);
  const { status, body } = await it.answer();
  assertEquals([status, body.file, body.written], [200, it.file.path, { version: 1, route: { mode: "fastest" } }]);
  assertEquals([body.config.route.mode, body.config.listen.port], ["fastest", 11_435]);
  assertEquals((await it.answer()).body.version, body.version);
});

Deno.test("PATCH /control/v1/config changes the file and what runs, and gives the next version", async () => {
  await using it = await scene(fastest);
  const { version } = (await it.answer()).body;
  const changed = await it.patch(version, { route: { mode: null, rounds: 3 }, log: { level: "debug" } });
  assertEquals([changed.status, changed.body.written], [200, {
    version: 1,
    route: { rounds: 3 },
    log: { level: "debug" },
  }]);
  assertEquals(JSON.parse(await it.file.read()), changed.body.written);
  assertEquals([it.store.config.route.rounds, it.store.config.route.mode], [3, "local-first"]);
  assertEquals((await it.answer()).body, changed.body);
  assertEquals((await it.patch(changed.body.version, { log: null })).status, 200);
});

Deno.test("PATCH /control/v1/config makes a file where there was none", async () => {
  await using it = await scene();
  const { version } = (await it.answer()).body;
  assertEquals(version, "none");
  assertEquals((await it.patch(version, { route: { rounds: 1 } })).status, 200);
  assertEquals(JSON.parse(await it.file.read()), { version: 1, route: { rounds: 1 } });
});

Deno.test("PATCH /control/v1/config lets one of two writers through, and says so to the other", async () => {
  await using it = await scene(fastest);
  const { version } = (await it.answer()).body;
  const both = await Promise.all([
    it.patch(version, { route: { rounds: 3 } }),
    it.patch(version, { route: { rounds: 4 } }),
  ]);
  assertEquals(both.map(({ status }) => status), [200, 409]);
  assertStringIncludes(both[1].body.error.message, "was changed meanwhile");
  assertEquals(JSON.parse(await it.file.read()).route, { mode: "fastest", rounds: 3 });
});

Deno.test("PATCH /control/v1/config does not overwrite what an editor wrote in between", async () => {
  await using it = await scene(fastest);
  const { version } = (await it.answer()).body;
  const edited = '{"version":1,"route":{"mode":"cloud-first"}}';
  await it.file.write(edited);
  assertEquals((await it.patch(version, { route: { rounds: 3 } })).status, 409);
  assertEquals(await it.file.read(), edited);
});

Deno.test("PATCH /control/v1/config leaves a broken file as it is, whoever broke it", async () => {
  await using it = await scene(fastest);
  const { version } = (await it.answer()).body;
  for (const broken of ["{ half", '{"version":1,"route":{"mode":"slowest"}}', "", '{"version":99}']) {
    await it.file.write(broken);
    const refused = await it.patch(version, { route: { rounds: 3 } });
    assertEquals([refused.status, await it.file.read()], [409, broken]);
    assertStringIncludes(refused.body.error.message, "Nothing was changed");
    assertEquals((await it.answer()).status, 409);
  }
  assertEquals(it.store.config.route.mode, "fastest");
});

Deno.test("PATCH /control/v1/config writes nothing where nothing changes", async () => {
  await using it = await scene(fastest);
  const { version } = (await it.answer()).body;
  for (const changes of [{}, { route: { mode: "fastest" } }, { log: null }, { route: { rounds: null } }]) {
    const same = await it.patch(version, changes);
    assertEquals([same.status, same.body.version, await it.file.read()], [200, version, fastest]);
  }
});

Deno.test("PATCH /control/v1/config says by path what is wrong, and changes nothing", async () => {
  await using it = await scene(fastest);
  const { version } = (await it.answer()).body;
  const table: [changes: unknown, paths: string[]][] = [
    [{ rout: {} }, ["rout"]],
    [{ route: { mode: "slowest", rounds: 0 } }, ["route.mode", "route.rounds"]],
    [{ version: null }, ["version"]],
    [{ version: 2 }, ["version"]],
    [{ route: null, listen: [] }, ["listen"]],
    [{ backends: [{}] }, ["backends[0].id", "backends[0].kind", "backends[0].url", "backends[0].location"]],
    [JSON.parse('{"__proto__":{"mode":"fastest"}}'), ["__proto__"]],
    [{ constructor: { prototype: {} } }, ["constructor"]],
    [{ listen: { host: "0.0.0.0\u0000", port: 1e9 } }, ["listen.port"]],
  ];
  for (const [changes, paths] of table) {
    const { status, body } = await it.patch(version, changes);
    const found = body.error?.problems?.map(({ path }: { path: string }) => path);
    assertEquals([status, found], [422, paths], JSON.stringify(changes));
  }
  assertEquals([await it.file.read(), it.store.config.route.mode], [fastest, "fastest"]);
});

Deno.test("PATCH /control/v1/config takes no token, and does not repeat it", async () => {
  await using it = await scene(fastest);
  const { version } = (await it.answer()).body;
  const token = "sk-0123456789abcdefghijklmnop";
  const backend = { id: "cloud", kind: "openai", url: "https://cloud.invalid/v1", location: "cloud" };
  const attempts = [
    { backends: [{ ...backend, secret: token }] },
    { backends: [{ ...backend, apiKey: token }] },
    { backends: [{ ...backend, headers: { authorization: `Bearer ${token}` } }] },
    { backends: [{ ...backend, url: `https://user:${token}@cloud.invalid/` }] },
    { backends: [{ ...backend, url: `https://cloud.invalid/?key=${token}` }] },
    { listen: { clientKey: token } },
    { token },
  ];
  for (const changes of attempts) {
    const { status, body } = await it.patch(version, changes);
    assertEquals([status, JSON.stringify(body).includes(token)], [422, false], JSON.stringify(changes));
  }
  assert(!(await it.file.read()).includes(token));
});

Deno.test("PATCH /control/v1/config asks for a version and an object of changes", async () => {
  await using it = await scene(fastest);
  const { version } = (await it.answer()).body;
  const table = [{}, { version }, { changes: {} }, { version, changes: [] }, { version, changes: null }, {
    version,
    changes: {},
    more: 1,
  }, { version: 1, changes: {} }];
  for (const json of [...table, []]) {
    const refused = await it.answer({ method: "PATCH", json });
    assertEquals([refused.status, refused.body.error.message.includes('"changes"')], [400, true], JSON.stringify(json));
  }
  const deep = `{"version":"${version}","changes":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`;
  assertEquals((await it.answer({ method: "PATCH", body: deep })).status, 400);
  const large = JSON.stringify({ version, changes: { x: "x".repeat(1_048_576) } });
  assertEquals((await it.answer({ method: "PATCH", body: large })).status, 413);
  assertEquals((await it.patch("another", {})).status, 409);
});
