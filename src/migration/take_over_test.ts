import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MemoryVault } from "../../tests/support/migration/memory_vault.ts";
import { migrateInTest, stepsOf } from "../../tests/support/migration/migrate_in_test.ts";
import { MigrationHome } from "../../tests/support/migration/migration_home.ts";
import { oldFileText, oldToken } from "../../tests/support/migration/old_files.ts";

const name = "cloudtolocalllm";
const urls = ["http://localhost:11434", "https://api.cloudtolocalllm.online"];

Deno.test("takeOver() moves the token and the settings, and leaves the rest of the old file as it was", async () => {
  await using home = await MigrationHome.make(oldFileText({ more: { tunnel: {} } }), { mode: 0o644 });
  const vault = new MemoryVault();
  const report = await migrateInTest(home, vault);
  assertEquals(stepsOf(report), ["protect done", "token done", "settings done", "clean done"]);
  assertEquals([report.outcome, report.file], ["done", home.paths.oldFile]);
  assertEquals(report.notCarriedOver, [{ path: "tunnel", reason: "is not known to this program" }]);
  assertEquals(vault.values.get(name), oldToken);
  assertEquals(await home.backends(), urls);
  assertEquals(await home.old(), oldFileText({ token: "", more: { tunnel: {} } }));
  await home.assertPrivate();
  assert(!JSON.stringify(report).includes("planted"));
});

Deno.test("takeOver() finds nothing to do when it was done", async () => {
  await using home = await MigrationHome.make(oldFileText());
  const vault = new MemoryVault();
  await migrateInTest(home, vault);
  const before = await home.tree();
  const again = await migrateInTest(home, vault);
  assertEquals([stepsOf(again), again.outcome], [["settings unneeded"], "unneeded"]);
  const withoutMarker = (tree: string[]) => tree.filter((file) => !file.includes("/migrated.json "));
  assertEquals(withoutMarker(await home.tree()), withoutMarker(before));
});

Deno.test("takeOver() changes nothing in a dry run", async () => {
  await using home = await MigrationHome.make(oldFileText(), { mode: 0o644 });
  const vault = new MemoryVault();
  const before = await home.tree();
  const report = await migrateInTest(home, vault, { isDryRun: true });
  assertEquals(stepsOf(report), ["protect would", "token would", "settings would", "clean would"]);
  assertEquals([await home.tree(), vault.values.size], [before, 0]);
});

Deno.test("takeOver() takes the settings where the keyring does not take the token, and finishes later", async () => {
  for (const trouble of ["locked", "no_keyring", "needs_consent", "dismissed", "failed", "read_only"] as const) {
    await using home = await MigrationHome.make(oldFileText());
    const vault = new MemoryVault();
    vault.trouble = trouble;
    const report = await migrateInTest(home, vault);
    assertEquals([stepsOf(report), report.steps[0].code], [["token left", "settings done"], trouble]);
    assertEquals([await home.tokenInOld(), await home.backends()], [oldToken, urls]);
    vault.trouble = undefined;
    assertEquals(stepsOf(await migrateInTest(home, vault)), ["token done", "settings unneeded", "clean done"]);
    assertEquals([await home.tokenInOld(), vault.values.get(name)], [undefined, oldToken]);
  }
});

Deno.test("takeOver() takes no token away that cannot be read back", async () => {
  await using home = await MigrationHome.make(oldFileText());
  const vault = new MemoryVault();
  vault.forgets = true;
  assertEquals(stepsOf(await migrateInTest(home, vault)), ["token left", "settings done"]);
  assertEquals(await home.tokenInOld(), oldToken);
});

Deno.test("takeOver() puts its token over no other one, unless its user says so", async () => {
  await using home = await MigrationHome.make(oldFileText());
  const vault = new MemoryVault();
  vault.values.set(name, "a newer one");
  const report = await migrateInTest(home, vault);
  assertEquals(stepsOf(report), ["token left", "settings done"]);
  assertStringIncludes(report.steps[0].text, "--replace-token");
  assertEquals([vault.values.get(name), await home.tokenInOld()], ["a newer one", oldToken]);
  const replaced = await migrateInTest(home, vault, { replaceToken: true });
  assertEquals(stepsOf(replaced), ["token done", "settings unneeded", "clean done"]);
  assertEquals(vault.values.get(name), oldToken);
});

Deno.test("takeOver() leaves a configuration that is there, and adds to it only when asked", async () => {
  await using home = await MigrationHome.make(oldFileText());
  const own = { version: 1, backends: [{ id: "mine", kind: "openai", url: "http://box:8080/v1", location: "local" }] };
  await home.writeConfig(own);
  const vault = new MemoryVault();
  const before = await home.tree();
  const left = await migrateInTest(home, vault);
  assertEquals([stepsOf(left), left.outcome], [["token left", "settings left"], "left"]);
  assertMatch(left.steps[1].text, /lacks .*11434 and https.*migrate --merge/);
  assertEquals([await home.tree(), vault.values.size], [before, 0]);
  const merged = await migrateInTest(home, vault, { merge: true });
  assertEquals(stepsOf(merged), ["token done", "settings done", "clean done"]);
  assertEquals(await home.backends(), ["http://box:8080/v1", ...urls]);
  assertEquals([await home.tokenInOld(), vault.values.get(name)], [undefined, oldToken]);
});

Deno.test("takeOver() keeps the token under the name that the configuration has for its connection", async () => {
  await using home = await MigrationHome.make(oldFileText());
  const cloud = { id: "far", kind: "cloudtolocalllm", url: urls[1], location: "cloud", secret: "mine" };
  await home.writeConfig({ version: 1, backends: [cloud] });
  const vault = new MemoryVault();
  const report = await migrateInTest(home, vault);
  assertEquals(stepsOf(report), ["token done", "settings left", "clean done"]);
  assertEquals([...vault.values], [["mine", oldToken]]);
});

Deno.test("takeOver() touches nothing where the configuration is not good, except the old file's mode", async () => {
  await using home = await MigrationHome.make(oldFileText(), { mode: 0o644 });
  await home.writeConfig({ version: 1, nonsense: true });
  const vault = new MemoryVault();
  const report = await migrateInTest(home, vault, { merge: true });
  assertEquals(stepsOf(report), ["protect done", "token left", "settings left"]);
  assertStringIncludes(report.steps[2].text, "nonsense: unknown option");
  assertEquals([await home.tokenInOld(), vault.values.size], [oldToken, 0]);
});

Deno.test("takeOver() touches nothing of another user", async () => {
  await using home = await MigrationHome.make(oldFileText(), { mode: 0o644 });
  const before = await home.tree();
  const report = await migrateInTest(home, new MemoryVault(), {
    wrap: (ports) => ({ ...ports, ownUid: Deno.uid()! + 1 }),
  });
  assertEquals([stepsOf(report), await home.tree()], [["protect left"], before]);
});

Deno.test("takeOver() says that there is nothing, or nothing that can be read", async () => {
  await using none = await MigrationHome.make();
  assertEquals((await migrateInTest(none, new MemoryVault())).outcome, "nothing");
  for (const text of ["", '{"cloud_proxy": {"auth_token": "planted', "\ufeff[]"]) {
    await using home = await MigrationHome.make(text, { mode: 0o664 });
    const report = await migrateInTest(home, new MemoryVault());
    assertEquals([stepsOf(report), await home.old()], [["protect done", "read left"], text]);
    assert(!JSON.stringify(report).includes("planted"));
    await home.assertPrivate();
  }
});

Deno.test("takeOver() takes no token away that another program has put there meanwhile", async () => {
  await using home = await MigrationHome.make(oldFileText());
  const vault = new MemoryVault();
  const report = await migrateInTest(home, vault, {
    wrap: (ports) => ({
      ...ports,
      files: {
        ...ports.files,
        create: async (path, text) => {
          await ports.files.create(path, text);
          await home.writeOld(oldFileText({ token: "a-newer-token" }));
        },
      },
    }),
  });
  assertEquals(stepsOf(report), ["token done", "settings done", "clean left"]);
  assertEquals(await home.tokenInOld(), "a-newer-token");
});

Deno.test("takeOver() does not write over a configuration that is made at the last moment", async () => {
  await using home = await MigrationHome.make(oldFileText());
  const own = { version: 1, backends: [] };
  const report = await migrateInTest(home, new MemoryVault(), {
    wrap: (ports) => ({
      ...ports,
      files: {
        ...ports.files,
        create: async (path, text) => {
          await home.writeConfig(own);
          await ports.files.create(path, text);
        },
      },
    }),
  });
  assertEquals(stepsOf(report), ["token done", "settings left"]);
  assertEquals([await home.backends(), await home.tokenInOld()], [[], oldToken]);
  assertEquals((await home.files()).filter((path) => path.endsWith(".tmp")), []);
});

Deno.test("takeOver() touches nothing where the old file is none", async () => {
  await using home = await MigrationHome.make();
  await Deno.mkdir(home.paths.oldFile, { recursive: true, mode: 0o755 });
  const report = await migrateInTest(home, new MemoryVault());
  assertEquals([stepsOf(report), report.outcome], [["protect left"], "left"]);
  assertEquals((await Deno.stat(home.paths.oldFile)).mode! & 0o777, 0o755);
});
