import { assertEquals, assertRejects } from "@std/assert";
import { KeeperScene } from "../../tests/support/keeper_scene.ts";
import { SecretError, type SecretErrorCode } from "../state/secrets.ts";

async function assertFails(work: () => Promise<unknown>, code: SecretErrorCode): Promise<string> {
  const error = await assertRejects(work, SecretError);
  assertEquals(error.code, code, error.message);
  return error.message;
}

const agreed = { insecureFile: true };

Deno.test("set() keeps in the keyring, and it is in use at once", async () => {
  await using scene = await KeeperScene.start();
  await scene.follow("a");
  assertEquals(await scene.commands.set("a", " sk-one\n"), "keyring");
  assertEquals([scene.keeper.get("a"), scene.told], ["sk-one", [["a"]]]);
  await scene.commands.set("b", "sk-two");
  assertEquals([scene.keyring.values.get("b"), scene.keeper.get("b")], ["sk-two", undefined]);
});

Deno.test("set() takes the file where there is no keyring, and only when the user agrees", async () => {
  await using scene = await KeeperScene.start();
  await scene.follow("a");
  scene.keyring.state = "no_keyring";
  const words = await assertFails(() => scene.commands.set("a", "sk-one"), "needs_consent");
  assertEquals([words.includes("The keyring is no_keyring"), words.includes(scene.file.path)], [true, true]);
  assertEquals([await scene.file.list(), scene.keeper.get("a")], [[], undefined]);
  assertEquals(await scene.commands.set("a", "sk-one", agreed), "file");
  assertEquals([scene.keeper.get("a"), await scene.commands.set("b", "sk-two")], ["sk-one", "file"]);
});

Deno.test("set() moves a secret from the file to the keyring when there is one", async () => {
  await using scene = await KeeperScene.start();
  await scene.follow("a");
  scene.keyring.state = "no_keyring";
  await scene.commands.set("a", "sk-one", agreed);
  scene.keyring.state = "available";
  assertEquals(await scene.commands.set("a", "sk-two", agreed), "keyring");
  assertEquals([await scene.file.list(), scene.keeper.get("a")], [[], "sk-two"]);
});

Deno.test("set() has the keyring unlocked, and keeps nothing when the user closes the question", async () => {
  await using scene = await KeeperScene.start();
  await scene.follow("a");
  scene.keyring.state = "locked";
  scene.keyring.unlocks = false;
  await assertFails(() => scene.commands.set("a", "sk-one"), "dismissed");
  assertEquals(scene.keeper.get("a"), undefined);
  scene.keyring.unlocks = true;
  assertEquals(await scene.commands.set("a", "sk-one"), "keyring");
});

Deno.test("set() takes the file beside a locked keyring when the user agrees, unless that would win later", async () => {
  await using scene = await KeeperScene.start();
  scene.keyring.state = "locked";
  scene.keyring.values.set("b", "sk-old");
  assertEquals(await scene.commands.set("a", "sk-one", agreed), "file");
  await assertFails(() => scene.commands.set("b", "sk-new", agreed), "locked");
  assertEquals(await scene.file.list(), ["a"]);
});

Deno.test("set() and delete() leave alone what the environment overrides, and what is no name or value", async () => {
  await using scene = await KeeperScene.start();
  scene.setVariable("a", "sk-environment");
  scene.setVariable("broken", "a\nb");
  for (const name of ["a", "broken"]) {
    await assertFails(() => scene.commands.set(name, "sk-one"), "read_only");
    await assertFails(() => scene.commands.delete(name), "read_only");
  }
  await assertFails(() => scene.commands.set("b", ""), "invalid");
  await assertFails(() => scene.commands.set("b c", "sk-one"), "invalid");
  assertEquals(scene.keyring.calls, []);
});

Deno.test("delete() forgets wherever it is kept, and says when it was nowhere", async () => {
  await using scene = await KeeperScene.start();
  await scene.follow("a");
  await scene.commands.set("a", "sk-one");
  await scene.file.set("a", "sk-two", agreed);
  assertEquals(await scene.commands.delete("a"), true);
  assertEquals([scene.keeper.get("a"), await scene.commands.delete("a")], [undefined, false]);
  assertEquals([await scene.file.list(), scene.keyring.values.size], [[], 0]);
  scene.keyring.state = "no_keyring";
  assertEquals(await scene.commands.delete("a"), false);
});

Deno.test("list() names homes, users and problems, and never a value", async () => {
  await using scene = await KeeperScene.start();
  scene.setVariable("env", "sk-planted-1");
  scene.keyring.values.set("ring", "sk-planted-2");
  scene.keyring.values.set("unused", "sk-planted-3");
  await scene.file.set("file", "sk-planted-4", agreed);
  await scene.keeper.follow([
    ...["env", "ring", "file", "none"].map((name) => ({ name, by: `${name}-backend`, isNeeded: true })),
    { name: "ring", by: "listen.clientKey", isNeeded: true },
    { name: "off", by: "off-backend", isNeeded: false },
  ]);
  const listed = await scene.commands.list();
  assertEquals(listed.map(({ name, home, usedBy, problem }) => [name, home, usedBy.join(" "), problem]), [
    ["env", "environment", "env-backend", null],
    ["file", "file", "file-backend", null],
    ["none", null, "none-backend", "It is not set"],
    ["off", null, "off-backend", null],
    ["ring", "keyring", "ring-backend listen.clientKey", null],
    ["unused", "keyring", "", null],
  ]);
  assertEquals(JSON.stringify(listed).includes("planted"), false);
});

Deno.test("list() says what keeps a secret away", async () => {
  await using scene = await KeeperScene.start();
  scene.keyring.state = "locked";
  scene.setVariable("b", "a\nb");
  await scene.follow("a", "b");
  const [a, b] = await scene.commands.list();
  assertEquals([a.problem, b.home, b.problem?.includes("CLOUDTOLOCALLLM_SECRET_B")], [
    "The keyring is locked",
    "environment",
    true,
  ]);
});

Deno.test("unlock() brings what was kept back", async () => {
  await using scene = await KeeperScene.start();
  scene.keyring.values.set("a", "sk-one");
  scene.keyring.state = "locked";
  await scene.follow("a");
  scene.keyring.unlocks = false;
  await assertFails(() => scene.commands.unlock(), "dismissed");
  scene.keyring.unlocks = true;
  await scene.commands.unlock();
  assertEquals(scene.keeper.get("a"), "sk-one");
});
