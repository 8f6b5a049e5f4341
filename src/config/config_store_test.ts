import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type Log, silentLog } from "../core/log.ts";
import { configFixture as fixture } from "../../tests/support/config_fixture.ts";
import { ConfigError } from "./config_error.ts";

const port = (port: number) => `{"version": 1, "listen": {"port": ${port}}}`;

Deno.test("ConfigStore.open() runs the defaults without a file, and writes none", async () => {
  await using it = await fixture();
  await using store = await it.open();
  assertEquals(store.config.listen.port, 11_435);
  assertEquals([...Deno.readDirSync(it.folder)], []);
});

Deno.test("ConfigStore.open() refuses the absence of a file that must exist", async () => {
  await using it = await fixture();
  await assertRejects(() => it.open({ mustExist: true }), ConfigError, `Cannot use ${it.path}: there is no such file`);
  await it.write(port(1));
  await using store = await it.open({ mustExist: true });
  assertEquals(store.config.listen.port, 1);
});

Deno.test("ConfigStore.open() refuses a file that is not valid, and leaves it", async () => {
  await using it = await fixture(port(-1));
  const error = await assertRejects(() => it.open(), ConfigError);
  assertStringIncludes(error.message, `Cannot use ${it.path}: 1 problem`);
  assertEquals(error.problems[0].path, "listen.port");
  assertEquals(await it.read(), port(-1));
});

Deno.test("ConfigStore.open() refuses what it cannot read", async () => {
  await using it = await fixture();
  await assertRejects(() => it.open({ path: it.folder }), ConfigError, "is a folder");
  await Deno.writeFile(it.path, new Uint8Array([0x7b, 0xff, 0x7d]));
  await assertRejects(() => it.open(), ConfigError, "is not text in UTF-8");
});

Deno.test("ConfigStore.config is frozen all through", async () => {
  await using it = await fixture();
  await using store = await it.open();
  assertThrows(() => store.config.listen.port = 1, TypeError);
  assertThrows(() => store.config.backends.pop(), TypeError);
});

Deno.test("ConfigStore applies overrides at each load, without writing them", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open({ overrides: { port: 2, mode: "cloud-only", logLevel: "debug" } });
  assertEquals([store.config.listen.port, store.config.route.mode, store.config.log.level], [2, "cloud-only", "debug"]);
  await it.write('{"version": 1, "log": {"format": "json"}}');
  await store.reload();
  assertEquals([store.config.listen.port, store.config.log.format], [2, "json"]);
  await store.modify((draft) => void (draft.shutdownGraceMs = 5));
  assertEquals(JSON.parse(await it.read()), { version: 1, log: { format: "json" }, shutdownGraceMs: 5 });
});

Deno.test("ConfigStore.open() refuses an override that the file could not hold", async () => {
  await using it = await fixture();
  await assertRejects(() => it.open({ overrides: { port: 70_000 } }), ConfigError, "Cannot use the command line");
});

Deno.test("ConfigStore.setMode() counts more than the command line's mode", async () => {
  await using it = await fixture('{"version": 1, "route": {"mode": "local-only"}}');
  await using store = await it.open({ overrides: { mode: "fastest" } });
  assertEquals((await store.setMode("local-only")).route.mode, "local-only");
  assertEquals((await store.setMode("cloud-first")).route.mode, "cloud-first");
  assertEquals(JSON.parse(await it.read()), { version: 1, route: { mode: "cloud-first" } });
});

Deno.test("ConfigStore.modify() keeps defaults out of the file, and order and indentation in it", async () => {
  await using it = await fixture('{\n\t"log": {\n\t\t"level": "warn"\n\t},\n\t"version": 1\n}\n');
  await using store = await it.open();
  const config = await store.modify((draft) => void (draft.listen = { port: 8080 }));
  assertEquals(config.listen.port, 8080);
  assertEquals(store.config, config);
  const expected = { log: { level: "warn" }, version: 1, listen: { port: 8080 } };
  assertEquals(await it.read(), `${JSON.stringify(expected, null, "\t")}\n`);
});

Deno.test("ConfigStore.modify() starts from what is on disk, not from what runs", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open();
  await it.write('{"version": 1, "shutdownGraceMs": 7}');
  const config = await store.modify((draft) => ({ ...draft, log: { level: "warn" as const } }));
  assertEquals([config.shutdownGraceMs, config.log.level, config.listen.port], [7, "warn", 11_435]);
});

Deno.test("ConfigStore.modify() never overwrites a file that is not valid", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open();
  await it.write("{half");
  const error = await assertRejects(() => store.modify((draft) => void (draft.shutdownGraceMs = 1)), ConfigError);
  assertStringIncludes(error.message, "Nothing was changed");
  assertEquals([await it.read(), store.config.listen.port], ["{half", 1]);
});

Deno.test("ConfigStore.modify() refuses a result that is not valid, and a change that throws", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open();
  await assertRejects(() => store.modify((draft) => void (draft.listen = { port: -1 })), ConfigError, "listen.port");
  await assertRejects(() =>
    store.modify(() => {
      throw new RangeError("no");
    }), RangeError);
  assertEquals([await it.read(), store.config.listen.port], [port(1), 1]);
  await store.modify((draft) => void (draft.listen = { port: 2 }));
  assertEquals(store.config.listen.port, 2);
});

Deno.test("ConfigStore.modify() keeps what runs when the file cannot be written", async () => {
  await using it = await fixture();
  await using store = await it.open({ path: "/sys/cloudtolocalllm/config.json" });
  await assertRejects(() => store.modify((draft) => void (draft.listen = { port: 2 })), Error, "Cannot write /sys");
  assertEquals(store.config.listen.port, 11_435);
});

Deno.test("ConfigStore.modify() does changes at once one after the other", async () => {
  await using it = await fixture('{"version": 1, "shutdownGraceMs": 0}');
  await using store = await it.open();
  const more = () => store.modify((draft) => void (draft.shutdownGraceMs = (draft.shutdownGraceMs ?? 0) + 1));
  await Promise.all(Array.from({ length: 20 }, more));
  assertEquals(JSON.parse(await it.read()).shutdownGraceMs, 20);
});

Deno.test("ConfigStore.modify() writes nothing when nothing changes", async () => {
  await using it = await fixture('{"version":1}');
  await using store = await it.open();
  await store.modify(() => {});
  assertEquals(await it.read(), '{"version":1}');
});

Deno.test("ConfigStore.subscribe() tells new and old, once each, until it is ended", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open();
  const seen: [number, number][] = [];
  store.subscribe(() => {
    throw new Error("one listener fails");
  });
  const end = store.subscribe((config, previous) => seen.push([config.listen.port, previous.listen.port]));
  await store.modify((draft) => void (draft.listen = { port: 2 }));
  await store.reload();
  await store.modify((draft) => void (draft.listen = { port: 2, host: "127.0.0.1" }));
  end();
  await store.modify((draft) => void (draft.listen = { port: 3 }));
  assertEquals(seen, [[2, 1]]);
});

Deno.test("ConfigStore.reload() keeps the running configuration until the file is good again", async () => {
  await using it = await fixture(port(1));
  const lines: string[] = [];
  const log: Log = { ...silentLog, error: (message) => lines.push(message) };
  await using store = await it.open({ log });
  await it.write('{"version": 1, "listen": {"prot": 2}}');
  await store.reload();
  await store.reload();
  assertStringIncludes(store.error ?? "", 'listen.prot: unknown option; did you mean "port"? (found 2)');
  assertEquals([store.config.listen.port, lines.length], [1, 1]);
  await it.write(port(1));
  await store.reload();
  assertEquals([store.config.listen.port, store.error], [1, null]);
});
