import { assertEquals, assertThrows } from "@std/assert";
import { KeeperScene } from "../../tests/support/keeper_scene.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { SecretError } from "../state/secrets.ts";

const agreed = { insecureFile: true };

Deno.test("SecretKeeper takes environment, keyring and file in that order", async () => {
  await using scene = await KeeperScene.start();
  const { keeper, keyring, file } = scene;
  for (const name of ["a", "b", "c"]) await file.set(name, `file ${name}`, agreed);
  for (const name of ["a", "b"]) keyring.values.set(name, `keyring ${name}`);
  scene.setVariable("a", "environment a");
  await scene.follow("a", "b", "c", "d");
  assertEquals(["a", "b", "c", "d"].map(keeper.get), ["environment a", "keyring b", "file c", undefined]);
  assertEquals(keyring.calls.includes("get a"), false);
});

Deno.test("SecretKeeper opens nothing where all is in the environment, or nothing is needed", async () => {
  await using scene = await KeeperScene.start();
  scene.setVariable("a", "sk-one");
  await scene.follow("a");
  await scene.keeper.follow([{ name: "b", by: "b", isNeeded: false }]);
  assertEquals([scene.keeper.get("a"), scene.opened, scene.changed, scene.clock.pending], ["sk-one", 0, undefined, 0]);
});

Deno.test("SecretKeeper has each value hidden before it gives it", async () => {
  await using scene = await KeeperScene.start();
  const { keeper, keyring, hidden, commands } = scene;
  keyring.values.set("a", "sk-keyring");
  keeper.subscribe(() => assertEquals(hidden.includes(keeper.get("a") ?? "sk-keyring"), true));
  await scene.follow("a");
  scene.setVariable("b", "sk-environment");
  keeper.get("b");
  keyring.state = "failed";
  await commands.set("a", "sk-refused").catch(() => {});
  assertEquals(hidden, ["sk-keyring", "sk-environment", "sk-refused"]);
});

Deno.test("SecretKeeper watches the keyring only as long as something is missing", async () => {
  await using scene = await KeeperScene.start();
  const { keeper, keyring, clock } = scene;
  keyring.values.set("a", "sk-one");
  keyring.state = "locked";
  await scene.follow("a");
  await settle();
  assertEquals([keeper.get("a"), scene.changed !== undefined, scene.warnings], [undefined, true, [
    "The keyring is locked",
  ]]);
  assertThrows(() => keeper.demand("a"), SecretError, "locked");
  keyring.state = "available";
  scene.changed!();
  scene.changed!();
  await clock.advance(200);
  await keeper.settled(1);
  await settle();
  assertEquals([keeper.demand("a"), scene.changed, clock.pending], ["sk-one", undefined, 0]);
  assertEquals([scene.told, keyring.calls], [[["a"], ["a"]], ["get a", "get a"]]);
});

Deno.test("SecretKeeper asks again after a while what failed without telling when that ends", async () => {
  await using scene = await KeeperScene.start();
  scene.keyring.state = "failed";
  scene.keyring.values.set("a", "sk-one");
  await scene.follow("a");
  scene.keyring.state = "available";
  await scene.clock.advance(30_000);
  await scene.keeper.settled(1);
  assertEquals(scene.keeper.get("a"), "sk-one");
});

Deno.test("SecretKeeper follows what is needed: what is new is looked for, what is not needed any more forgotten", async () => {
  await using scene = await KeeperScene.start();
  for (const name of ["a", "b"]) scene.keyring.values.set(name, `sk-${name}`);
  await scene.follow("a");
  await scene.follow("a", "b");
  await scene.follow("b");
  assertEquals([scene.keeper.get("a"), scene.keeper.get("b")], [undefined, "sk-b"]);
  assertEquals(scene.keyring.calls, ["get a", "get b"]);
});

Deno.test("SecretKeeper holds what was set, not what a look that began before found", async () => {
  await using scene = await KeeperScene.start();
  const gate = Promise.withResolvers<void>();
  scene.keyring.gate = gate.promise;
  const looking = scene.follow("a");
  await settle();
  scene.keeper.changed("a", { value: "sk-set", home: "keyring" });
  gate.resolve();
  await looking;
  assertEquals([scene.keeper.get("a"), scene.keeper.held("a")?.home], ["sk-set", "keyring"]);
});

Deno.test("settled() waits for what is being looked for, but not for ever", async () => {
  await using scene = await KeeperScene.start();
  const { keeper, clock } = scene;
  await keeper.settled(1_000);
  const gate = Promise.withResolvers<void>();
  scene.keyring.gate = gate.promise;
  scene.follow("a");
  await settle();
  assertEquals([keeper.isLooking, keeper.mayStillCome("a"), keeper.mayStillCome("b")], [true, true, false]);
  const waiting = keeper.settled(1_000);
  await clock.advance(1_000);
  await waiting;
  gate.resolve();
  await keeper.settled(1_000);
  assertEquals([keeper.isLooking, keeper.mayStillCome("a")], [false, false]);
  scene.keyring.state = "locked";
  await keeper.lookAgain({ mayStart: true });
  assertEquals(keeper.mayStillCome("a"), true);
});

Deno.test("SecretKeeper that is closed leaves nothing behind and tells nothing", async () => {
  const scene = await KeeperScene.start();
  scene.keyring.state = "failed";
  await scene.follow("a");
  await scene[Symbol.asyncDispose]();
  assertEquals([scene.clock.pending, scene.changed, scene.keeper.get("a")], [0, undefined, undefined]);
});

Deno.test("SecretKeeper holds what no home keeps before keyring and file, hidden, until a home is given another", async () => {
  await using scene = await KeeperScene.start();
  const { keeper, keyring, hidden, told, commands } = scene;
  keyring.values.set("a", "sk-old");
  keeper.hold("a", "sk-app");
  await scene.follow("a", "b");
  assertEquals([keeper.get("a"), keeper.held("a")?.home, hidden.includes("sk-app")], ["sk-app", "memory", true]);
  const listed = async () => (await commands.list()).map(({ name, home, problem }) => [name, home, problem]);
  assertEquals(await listed(), [["a", "memory", null], ["b", null, "It is not set"]]);
  told.length = 0;
  keeper.hold("b", "sk-b");
  keeper.hold("b", "sk-b");
  assertEquals([told, keeper.get("b")], [[["b"]], "sk-b"]);
  await commands.set("a", "sk-typed");
  assertEquals([keeper.get("a"), keeper.isInMemory("a"), told.at(-1)], ["sk-typed", false, ["a"]]);
  await keeper.lookAgain({ mayStart: true });
  assertEquals(keeper.get("b"), "sk-b");
});

Deno.test("SecretKeeper tells nobody when what it held is kept somewhere now, and lets go of it when told", async () => {
  await using scene = await KeeperScene.start();
  const { keeper, keyring, told, commands } = scene;
  await scene.follow("a");
  keeper.hold("a", "sk-app");
  told.length = 0;
  await commands.set("a", "sk-app");
  assertEquals([told, keeper.held("a")?.home, keyring.values.get("a")], [[], "keyring", "sk-app"]);
  keeper.hold("a", "sk-new");
  keyring.values.clear();
  assertEquals([await commands.delete("a"), keeper.get("a")], [true, undefined]);
  scene.setVariable("a", "sk-environment");
  keeper.hold("a", "sk-app");
  assertEquals(keeper.get("a"), "sk-environment");
});
