import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Log, silentLog } from "../core/log.ts";
import { configFixture as fixture, nextConfig, nextError } from "../../tests/support/config_fixture.ts";

const port = (port: number) => `{"version": 1, "listen": {"port": ${port}}}`;

Deno.test("ConfigStore follows a file that an editor replaces by rename", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open({ watch: true });
  const changed = nextConfig(store);
  await Deno.writeTextFile(`${it.folder}/config.json~`, port(2));
  await Deno.rename(`${it.folder}/config.json~`, it.path);
  await it.clock.timerSet();
  assertEquals(it.clock.nextDueMs, 100);
  await it.clock.advance(100);
  assertEquals((await changed).listen.port, 2);
});

Deno.test("ConfigStore reports an invalid change as it happens, and when it is mended", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open({ watch: true });
  for (const [text, expected] of [["{", "line 1, column 2"], [port(1), null]] as const) {
    const changed = nextError(store);
    await it.write(text);
    await it.clock.timerSet();
    await it.clock.advance(100);
    const error = await changed;
    if (expected) assertStringIncludes(error ?? "", expected);
    else assertEquals(error, null);
  }
});

Deno.test("ConfigStore follows a file whose folders are made later", async () => {
  await using it = await fixture();
  const folder = `${it.folder}/a/cloudtolocalllm`;
  await using store = await it.open({ watch: true, path: `${folder}/config.json` });
  const changed = nextConfig(store);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/config.json`, port(2));
  await it.clock.timerSet();
  await it.clock.advance(100);
  assertEquals((await changed).listen.port, 2);
  const again = nextConfig(store);
  await Deno.writeTextFile(`${folder}/config.json`, port(3));
  await it.clock.timerSet();
  await it.clock.advance(100);
  assertEquals((await again).listen.port, 3);
});

Deno.test("ConfigStore follows the target of a link", async () => {
  await using it = await fixture();
  await Deno.mkdir(`${it.folder}/dotfiles`);
  await Deno.writeTextFile(`${it.folder}/dotfiles/c.json`, port(1));
  await Deno.symlink("dotfiles/c.json", it.path);
  await using store = await it.open({ watch: true });
  const changed = nextConfig(store);
  await Deno.writeTextFile(`${it.folder}/dotfiles/c.json`, port(2));
  await it.clock.timerSet();
  await it.clock.advance(100);
  assertEquals((await changed).listen.port, 2);
});

Deno.test("ConfigStore does not notify twice for what it wrote itself", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open({ watch: true });
  let changes = 0;
  store.subscribe(() => changes++);
  await store.modify((draft) => void (draft.listen = { port: 2 }));
  await it.clock.timerSet();
  await it.clock.advance(100);
  await store.reload();
  assertEquals(changes, 1);
});

Deno.test("ConfigStore believes a removal only after a second", async () => {
  await using it = await fixture(port(1));
  await using store = await it.open({ watch: true });
  const changed = nextConfig(store);
  await Deno.remove(it.path);
  await it.clock.timerSet();
  await store.reload();
  await it.clock.advance(999);
  await store.reload();
  assertEquals(store.config.listen.port, 1);
  await it.clock.advance(1);
  await store.reload();
  assertEquals((await changed).listen.port, 11_435);
});

Deno.test("ConfigStore survives a link that leads in a circle", async () => {
  await using it = await fixture(port(1));
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (message) => warnings.push(message) };
  await using store = await it.open({ watch: true, log });
  const failed = nextError(store);
  await Deno.remove(it.path);
  // Deno tells no event of a path that leads in a circle when it comes to it: let it tell that the file went first.
  await it.clock.timerSet();
  await Deno.symlink("config.json", it.path);
  await it.clock.advance(100);
  assertStringIncludes(await failed ?? "", "cannot be read (ELOOP)");
  assertEquals(warnings, ["Cannot watch the configuration file; looking every 10 s"]);
  const mended = nextConfig(store);
  await Deno.remove(it.path);
  await it.write(port(2));
  await it.clock.timerSet();
  await it.clock.advance(10_000);
  assertEquals([(await mended).listen.port, store.error], [2, null]);
});

Deno.test("ConfigStore.close() leaves no timer, and takes no more changes", async () => {
  await using it = await fixture(port(1));
  const store = await it.open({ watch: true });
  await it.write(port(2));
  await it.clock.timerSet();
  await store.close();
  await store.close();
  assertEquals(it.clock.pending, 0);
  await store.reload();
  assertEquals(store.config.listen.port, 1);
  const error = await assertRejects(() => store.modify(() => {}), Error);
  assert(error.message.includes("the program is ending"));
});
