import { assertEquals, assertRejects } from "@std/assert";
import { configFixture } from "../../tests/support/config_fixture.ts";
import { refusedPort } from "../../tests/support/model_server.ts";
import type { ConfigStore } from "../config/config_store.ts";
import { ConfigError } from "../config/config_error.ts";
import { type Broker, createBroker } from "./broker.ts";
import { createPause } from "./cloud_pause.ts";
import { createCommands } from "./commands.ts";
import { layGround } from "./ground.ts";

const local = { id: "local", kind: "ollama", url: `http://127.0.0.1:${refusedPort()}`, location: "local" };
const cloud = { id: "cloud", kind: "ollama", url: `http://127.0.0.1:${refusedPort()}`, location: "cloud" };

/** The commands over a real configuration file and broker; nothing is checked, for no monitor was begun. */
async function scene(
  config: object | undefined,
  body: (scene: {
    commands: ReturnType<typeof createCommands>;
    configStore: ConfigStore;
    broker: Broker;
    quits: () => number;
    read: () => Promise<string>;
    write: (text: string) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await using fixture = await configFixture(config && JSON.stringify({ version: 1, ...config }));
  await using cleanup = new AsyncDisposableStack();
  const paths = { configFile: fixture.path, stateDir: fixture.folder, runtimeDir: fixture.folder, controlFile: "" };
  const options = {
    paths,
    overrides: {},
    env: () => undefined,
    writeLog: () => {},
    version: "1",
    clock: fixture.clock,
  };
  const ground = layGround(options);
  const configStore = cleanup.use(await fixture.open());
  const broker = createBroker(configStore, ground, cleanup);
  const pause = cleanup.use(createPause(options, { ground, configStore, broker }));
  let quits = 0;
  const noApp = { tellApp: () => Promise.resolve(), launchApp: () => Promise.resolve() };
  const commands = createCommands({ configStore, broker, pause, ground, app: noApp, quit: () => quits++ });
  await body({ commands, configStore, broker, quits: () => quits, read: fixture.read, write: fixture.write });
}

Deno.test("pauseCloud() puts local-only in force, and resumeCloud() what was chosen", async () => {
  await scene({ route: { mode: "cloud-first" } }, async ({ commands, broker, configStore }) => {
    const modes = () => [broker.store.state.mode, broker.store.state.chosenMode, configStore.config.route.mode];
    await commands.pauseCloud(60_000);
    assertEquals(modes(), ["local-only", "cloud-first", "cloud-first"]);
    await commands.resumeCloud();
    assertEquals(modes(), ["cloud-first", "cloud-first", "cloud-first"]);
  });
});

Deno.test("setMode() ends a pause, also when the mode was chosen already", async () => {
  await scene({ route: { mode: "cloud-first" } }, async ({ commands, broker }) => {
    for (const mode of ["cloud-first", "fastest"] as const) {
      await commands.pauseCloud();
      await commands.setMode(mode);
      assertEquals([broker.store.state.mode, broker.store.state.pause], [mode, null]);
    }
  });
});

Deno.test("setMode() leaves the pause alone when the configuration cannot be changed", async () => {
  await scene({}, async ({ commands, broker, write }) => {
    await commands.pauseCloud();
    await write("{ broken");
    await assertRejects(() => commands.setMode("cloud-only"), ConfigError);
    assertEquals([broker.store.state.mode, broker.store.state.pause], ["local-only", { until: null }]);
  });
});

Deno.test("enableBackend() writes the choice, and knows no backend that is not set up", async () => {
  await scene({ backends: [local, cloud] }, async ({ commands, configStore, read }) => {
    await commands.enableBackend("cloud", false);
    assertEquals(configStore.config.backends.map(({ enabled }) => enabled), [true, false]);
    assertEquals(JSON.parse(await read()).backends[1].enabled, false);
    await commands.enableBackend("cloud", true);
    assertEquals(configStore.config.backends[1].enabled, true);
    await assertRejects(() => commands.enableBackend("nobody", true), Error, 'No backend is called "nobody"');
  });
});

Deno.test("enableBackend() writes the defaults out where the file names no backend", async () => {
  await scene(undefined, async ({ commands, configStore, read }) => {
    const ids = configStore.config.backends.map(({ id }) => id);
    await commands.enableBackend(ids[0], false);
    assertEquals(configStore.config.backends.map(({ id }) => id), ids);
    assertEquals(JSON.parse(await read()).backends[0].enabled, false);
  });
});

Deno.test("provideConfigFile() makes the file once, and leaves one that is there as it is", async () => {
  await scene(undefined, async ({ commands, configStore, read }) => {
    assertEquals(await commands.provideConfigFile(), configStore.path);
    assertEquals(JSON.parse(await read()).backends.length, configStore.config.backends.length);
  });
  await scene({ route: { mode: "fastest" } }, async ({ commands, read }) => {
    const before = await read();
    await commands.provideConfigFile();
    assertEquals(await read(), before);
  });
});

Deno.test("testBackend() tells what it found, and nothing of a backend that is not set up", async () => {
  await scene({ backends: [local] }, async ({ commands }) => {
    const { signal } = new AbortController();
    const report = await commands.testBackend("local", signal);
    assertEquals([report?.backend, report?.ok, report?.steps.length], ["local", false, 1]);
    assertEquals(await commands.testBackend("nobody", signal), undefined);
  });
});

Deno.test("quit() ends the daemon", async () => {
  await scene({}, ({ commands, quits }) => {
    commands.quit();
    assertEquals(quits(), 1);
    return Promise.resolve();
  });
});
