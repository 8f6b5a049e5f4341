import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AppLinkScene } from "../../tests/support/app_link_scene.ts";
import { inTime } from "../../tests/support/in_time.ts";
import type { OldApp } from "../../tests/support/old_app.ts";
import { backendState } from "../../tests/support/states.ts";
import { Peers } from "./peers.ts";

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const wait = async () => {
    while (!await isTrue()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  await inTime(what, wait());
}

const isThere = (path: string) => Deno.lstat(path).then(() => true, () => false);

/** Whose last line was read: all that was sent before has come. */
async function caughtUp(app: OldApp): Promise<void> {
  await app.say("PING", { id: "caught up" });
  await app.take(({ id }) => id === "caught up");
}

Deno.test("AppLink puts the port file back when it is gone, half a minute later at most", async () => {
  await using scene = await AppLinkScene.make();
  scene.run();
  (await scene.connect()).close();
  await until("it waits", () => scene.clock.pending > 0);
  await Deno.remove(`${scene.folder}/.cloudtolocalllm`, { recursive: true });
  await scene.clock.advance(30_000);
  (await scene.connect()).close();
});

Deno.test("AppLink waits for a daemon that lives, and takes over when it has ended, or does not answer any more", async () => {
  await using first = await AppLinkScene.make();
  const { portFile } = first.context;
  await using second = await AppLinkScene.make({ portFile });
  first.run();
  (await first.connect()).close();
  const text = await Deno.readTextFile(portFile);
  second.run();
  await until("it waits", () => second.reports.at(-1)?.state === "waiting");
  assertEquals(await Deno.readTextFile(portFile), text);
  await first.end();
  assert(!await isThere(portFile));
  await second.clock.advance(30_000);
  await until("it is ours", () => second.reports.at(-1)?.state === "running");
  using hung = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await Deno.writeTextFile(portFile, `${hung.addr.port}`);
  await second.clock.advance(30_000);
  await until("it asks", async () => {
    await second.clock.advance(1_000);
    return await Deno.readTextFile(portFile) !== `${hung.addr.port}`;
  });
  using app = await second.connect();
  assertEquals(await app.ask("PING"), { status: "pong" });
});

Deno.test("AppLink does not wait for another user's program that answers like a daemon", async () => {
  await using first = await AppLinkScene.make();
  const { portFile } = first.context;
  const table = () =>
    Promise.resolve(
      `0: 0100007F:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A 0:0 00:0 0 4242 0 1`,
    );
  const peers = new Peers({ readTable: table, ownUid: () => Promise.resolve(1) });
  await using second = await AppLinkScene.make({ portFile, peers });
  first.run();
  (await first.connect()).close();
  const port = Number(await Deno.readTextFile(portFile));
  second.run();
  await until("it is ours", async () => await Deno.readTextFile(portFile) !== `${port}`);
});

Deno.test("AppLink says why apps cannot connect, and heals when they can", async () => {
  await using scene = await AppLinkScene.make();
  const folder = `${scene.folder}/.cloudtolocalllm`;
  await Deno.writeTextFile(folder, "in the way");
  scene.run();
  await until("it has failed", () => scene.reports.at(-1)?.state === "failed");
  const seen = scene.reports.at(-1)!;
  assert("reason" in seen);
  assertMatch(seen.reason, /\.cloudtolocalllm/);
  await Deno.remove(folder);
  await scene.clock.advance(30_000);
  using app = await scene.connect();
  assertEquals(await app.ask("PING"), { status: "pong" });
  assertEquals(scene.reports.at(-1), { state: "running" });
});

Deno.test("apps are told a changed connection once, gathered, and nothing where only figures have changed", async () => {
  await using scene = await AppLinkScene.make();
  const show = (seen: Parameters<typeof backendState>[1]) =>
    scene.store.update((state) => ({ ...state, backends: [backendState({}, seen)] }));
  show({});
  scene.run();
  using app = await scene.connect();
  await until("it is met", () => scene.store.state.app?.clients === 1);
  show({ latencyMs: 7 });
  show({ latencyMs: 8, warm: ["llama3.2"] });
  await scene.clock.advance(200);
  show({ health: { reach: { kind: "down", reason: "reset", passes: 0, checks: 1 } } });
  show({ health: { reach: { kind: "down", reason: "connect_refused", passes: 0, checks: 2 } } });
  await scene.clock.advance(200);
  await caughtUp(app);
  assertEquals(app.lines.map(({ command, connection_type }) => [command, connection_type]), [
    ["CONNECTION_STATUS_CHANGED", "local_ollama"],
  ]);
  const { state, error_message } = app.lines[0].status as Record<string, unknown>;
  assertEquals([state, typeof error_message], ["error", "string"]);
});

Deno.test("where it cannot be told whose process it is, nothing is done for it, and it is told why", async () => {
  const peers = new Peers({ readTable: () => Promise.reject(new Error("no /proc")), ownUid: () => Promise.resolve(1) });
  await using scene = await AppLinkScene.make({ peers });
  scene.run();
  using app = await scene.connect();
  assertMatch(String((await app.ask("PROXY_REQUEST")).error), /no \/proc; only programs of your own user may ask this/);
  assertMatch(String((await app.ask("QUIT", { id: 1 })).error), /no \/proc/);
  assertEquals(await app.ask("UPDATE_TOOLTIP", { text: "a", id: 2 }), { id: 2, status: "ok" });
  assertEquals(scene.store.state.app?.tooltip, "a");
});

Deno.test("AppLink leaves nothing when it ends: no app in the state, no file, no timer; and says that nobody is there", async () => {
  await using scene = await AppLinkScene.make();
  await assertRejects(() => scene.link.tell("SHOW"), Error, "The app is not connected");
  scene.run();
  const app = await scene.connect();
  await caughtUp(app);
  await scene.end();
  await app.ended;
  assertEquals([scene.store.state.app, scene.clock.pending], [null, 0]);
  assert(!await isThere(scene.context.portFile));
  await assertRejects(() => scene.link.tell("SHOW"), Error, "The app is not connected");
});
