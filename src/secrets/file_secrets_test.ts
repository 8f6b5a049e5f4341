import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SecretError, type SecretErrorCode } from "../state/secrets.ts";
import { FileSecrets } from "./file_secrets.ts";

async function inFolder(test: (store: FileSecrets, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state/secrets.json`;
  try {
    await test(new FileSecrets(path), path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function assertFails(work: () => Promise<unknown>, code: SecretErrorCode, words: string): Promise<void> {
  const error = await assertRejects(work, SecretError, words);
  assertEquals(error.code, code);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test("FileSecrets writes nothing without the user's consent", () =>
  inFolder(async (store, path) => {
    await assertFails(() => store.set("cloud", "sk-one"), "needs_consent", "not encrypted");
    assertEquals([await exists(path), await store.get("cloud"), await store.list()], [false, undefined, []]);
    assertEquals(await store.delete("cloud"), false);
    assertEquals(await exists(path), false);
  }));

Deno.test("FileSecrets takes the file for the consent, until its last secret goes", () =>
  inFolder(async (store, path) => {
    await store.set("cloud", "sk-one", { insecureFile: true });
    await store.set("work", "sk-two");
    await store.delete("cloud");
    assertEquals(await store.list(), ["work"]);
    await store.delete("work");
    assertEquals(await exists(path), false);
    await assertFails(() => store.set("cloud", "sk-one"), "needs_consent", path);
  }));

Deno.test("FileSecrets makes a file that its user alone can read, in a folder of the same kind", () =>
  inFolder(async (store, path) => {
    await store.set("cloud", "sk-one", { insecureFile: true });
    const { mode } = await Deno.stat(path);
    const folder = path.replace(/\/[^/]*$/, "");
    assertEquals([mode! & 0o777, (await Deno.stat(folder)).mode! & 0o777], [0o600, 0o700]);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["secrets.json"]);
    assertEquals(JSON.parse(await Deno.readTextFile(path)), { version: 1, secrets: { cloud: "sk-one" } });
  }));

Deno.test("FileSecrets neither uses nor changes a file that others can read", () =>
  inFolder(async (store, path) => {
    await store.set("cloud", "sk-one", { insecureFile: true });
    const text = await Deno.readTextFile(path);
    for (const mode of [0o640, 0o604, 0o660, 0o622, 0o601]) {
      await Deno.chmod(path, mode);
      const calls = [() => store.get("cloud"), () => store.list(), () => store.delete("cloud")];
      for (const work of [...calls, () => store.set("cloud", "sk-two", { insecureFile: true })]) {
        await assertFails(work, "failed", `other users may read it (mode ${mode.toString(8)}); correct it with: chmod`);
      }
      assertEquals(await Deno.readTextFile(path), text);
    }
    await Deno.chmod(path, 0o600);
    assertEquals(await store.get("cloud"), "sk-one");
  }));

Deno.test({
  name: "FileSecrets neither uses nor changes a file of another user",
  ignore: Deno.uid() !== 0,
  fn: () =>
    inFolder(async (store, path) => {
      await store.set("cloud", "sk-one", { insecureFile: true });
      await Deno.chown(path, 65_534, 65_534);
      await assertFails(() => store.get("cloud"), "failed", "it belongs to another user");
      await assertFails(() => store.set("cloud", "x", { insecureFile: true }), "failed", "it belongs to another user");
    }),
});

Deno.test("FileSecrets neither uses nor changes what it does not understand, and does not quote it", () =>
  inFolder(async (store, path) => {
    await store.set("cloud", "sk-one", { insecureFile: true });
    const secrets = '"secrets":{"cloud":"sk-planted"';
    const texts = [
      `{${secrets}`,
      `{"version":2,${secrets}}}`,
      `{"version":1,${secrets},"a b":"x"}}`,
      '{"version":1,"secrets":{"cloud":["sk-planted"]}}',
      '{"version":1,"secrets":["sk-planted"]}',
      "sk-planted",
      "",
    ];
    for (const text of texts) {
      await Deno.writeTextFile(path, text);
      const set = () => store.set("cloud", "sk-two", { insecureFile: true });
      for (const work of [() => store.get("cloud"), () => store.delete("cloud"), set]) {
        const error = await assertRejects(work, SecretError, path);
        assertEquals([error.code, error.message.includes("sk-planted")], ["failed", false], text);
        assertStringIncludes(error.message, "move it away");
      }
      assertEquals(await Deno.readTextFile(path), text);
    }
  }));

Deno.test("FileSecrets follows no link and reads no folder", () =>
  inFolder(async (store, path) => {
    await store.set("cloud", "sk-one", { insecureFile: true });
    await Deno.rename(path, `${path}.elsewhere`);
    await Deno.symlink(`${path}.elsewhere`, path);
    await assertFails(() => store.get("cloud"), "failed", "symbolic link");
    await Deno.remove(path);
    await Deno.mkdir(path, { mode: 0o700 });
    await assertFails(() => store.get("cloud"), "failed", "is a folder");
  }));

Deno.test("FileSecrets says so when it cannot write, with what was there unharmed", () =>
  inFolder(async (store, path) => {
    const folder = path.replace(/\/[^/]*$/, "");
    await Deno.writeTextFile(folder, "no folder");
    const error = await assertRejects(() => store.set("cloud", "sk-planted", { insecureFile: true }), SecretError);
    assert(error.code === "failed" && !error.message.includes("sk-planted"), error.message);
  }));
