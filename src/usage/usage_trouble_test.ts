import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { recordOf, UsageScene } from "../../tests/support/usage/usage_scene.ts";
import { smallDiskTest } from "../../tests/support/usage/small_disk.ts";
import type { UsageRecord } from "./usage_record.ts";

/** A row, and the seconds in which it is tried to write it. */
async function record(scene: UsageScene, usage: UsageRecord, count = 1): Promise<void> {
  for (let left = count; left > 0; left--) usage.record(recordOf());
  await scene.clock.advance(1_000);
  await usage.recent({ limit: 1 });
}

async function count(scene: UsageScene, usage: UsageRecord): Promise<number> {
  return (await usage.summary(scene.all)).requests;
}

Deno.test("UsageRecord puts a file aside that is no database, and begins a new one", async () => {
  await using scene = new UsageScene();
  await Deno.mkdir(`${scene.folder}/state`);
  await Deno.writeTextFile(scene.path, "not a database ".repeat(500));
  const usage = scene.start();
  await record(scene, usage);
  assertEquals(await count(scene, usage), 1);
  assertStringIncludes(usage.problem()!, "was damaged; it is kept as ");
  assertEquals(scene.warnings.length, 1);
  const aside = [...Deno.readDirSync(`${scene.folder}/state`)].map(({ name }) => name)
    .find((name) => name.includes("damaged"))!;
  assertStringIncludes(await Deno.readTextFile(`${scene.folder}/state/${aside}`), "not a database");
  await scene.clock.advance(24 * 3_600_000);
  assertEquals(usage.problem(), null);
});

Deno.test("UsageRecord goes on when the open file is damaged under it", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  await record(scene, usage, 500);
  await scene.clock.advance(60_000);
  await usage.recent({ limit: 1 });
  {
    using file = await Deno.open(scene.path, { write: true });
    await file.seek(4_096, Deno.SeekMode.Start);
    await file.write(new Uint8Array(40 * 4_096).fill(0x5a));
  }
  await scene.clock.advance(60_000);
  await record(scene, usage);
  await record(scene, usage);
  assertStringIncludes(usage.problem()!, "was damaged");
  assert(await count(scene, usage) >= 1);
  assertEquals(scene.rows("PRAGMA integrity_check"), [{ __proto__: null, integrity_check: "ok" }]);
});

Deno.test("UsageRecord leaves the file of a newer version alone, and goes on when it is gone", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  await record(scene, usage);
  await scene.clock.advance(60_000);
  await usage.recent({ limit: 1 });
  await scene.clock.advance(60_000);
  {
    using db = new DatabaseSync(scene.path);
    db.exec("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE");
  }
  const before = await Deno.readFile(scene.path);
  await record(scene, usage);
  assertStringIncludes(usage.problem()!, "was written by a newer version of this program");
  assertEquals([await count(scene, usage), await usage.cloudTokens(0)], [0, null]);
  assertEquals(await Deno.readFile(scene.path), before);
  await Deno.rename(scene.path, `${scene.folder}/elsewhere.db`);
  await scene.clock.advance(60_000);
  assertEquals([await count(scene, usage), usage.problem()], [1, null]);
});

Deno.test("UsageRecord takes a database of another program for none of its own", async () => {
  await using scene = new UsageScene();
  await Deno.mkdir(`${scene.folder}/state`);
  {
    using db = new DatabaseSync(scene.path);
    db.exec("CREATE TABLE requests (id)");
  }
  const usage = scene.start();
  await record(scene, usage);
  assertEquals(await count(scene, usage), 1);
  assertStringIncludes(usage.problem()!, "was damaged; it is kept as ");
});

Deno.test("UsageRecord tells of a folder that it cannot use, and goes on when it can", async () => {
  await using scene = new UsageScene();
  await Deno.writeTextFile(`${scene.folder}/state`, "in the way");
  const usage = scene.start();
  await record(scene, usage);
  assertStringIncludes(usage.problem()!, "cannot be written; make it and its folder");
  assertEquals([await count(scene, usage), await usage.recent({ limit: 5 })], [0, []]);
  await record(scene, usage);
  assertEquals(scene.warnings.length, 1);
  await Deno.remove(`${scene.folder}/state`);
  await scene.clock.advance(60_000);
  assertEquals([await count(scene, usage), usage.problem()], [2, null]);
});

Deno.test("UsageRecord tells of a lock that lasts, of none that is short, and loses nothing by either", async () => {
  await using scene = new UsageScene();
  const usage = scene.start();
  await record(scene, usage);
  {
    using db = new DatabaseSync(scene.path);
    db.exec("BEGIN IMMEDIATE");
    await record(scene, usage);
    assertEquals(usage.problem(), null);
    await scene.clock.advance(6_000);
    await record(scene, usage);
    assertStringIncludes(usage.problem()!, "another program keeps");
    db.exec("ROLLBACK");
  }
  await scene.clock.advance(60_000);
  assertEquals([await count(scene, usage), usage.problem()], [3, null]);
});

const name = "UsageRecord lives on when the disk is full, and writes what waits when it is not";

smallDiskTest(name, 16 * 1_048_576, async (folder) => {
  await using scene = new UsageScene(folder);
  const usage = scene.start();
  await record(scene, usage);
  assert(await fill(`${folder}/ballast`) > 0);
  for (let round = 0; round < 4; round++) await record(scene, usage, 900);
  assertStringIncludes(usage.problem()!, "no space is left for");
  assertEquals(scene.rows("PRAGMA integrity_check"), [{ __proto__: null, integrity_check: "ok" }]);
  assert(await count(scene, usage) < 3_601);
  await Deno.remove(`${folder}/ballast`);
  await scene.clock.advance(60_000);
  assertEquals([await count(scene, usage), usage.problem()], [3_601, null]);
  assertEquals(scene.rows("PRAGMA integrity_check"), [{ __proto__: null, integrity_check: "ok" }]);
});

smallDiskTest(
  "UsageRecord tells of a disk that cannot be written, and goes on when it can",
  1_048_576,
  async (folder) => {
    await using scene = new UsageScene(folder);
    const usage = scene.start();
    await remount(folder, "ro");
    await record(scene, usage);
    assertStringIncludes(usage.problem()!, "cannot be written; make it and its folder");
    await remount(folder, "rw");
    await scene.clock.advance(60_000);
    assertEquals([await count(scene, usage), usage.problem()], [1, null]);
  },
);

/** The disk that the folder is the only one on. */
async function remount(folder: string, how: "ro" | "rw"): Promise<void> {
  const args = ["-o", `remount,${how}`, folder.slice(0, folder.lastIndexOf("/"))];
  const { success } = await new Deno.Command("mount", { args }).output();
  assert(success, `remounted ${how}`);
}

/** Writes until the disk is full; how many bytes. */
async function fill(path: string): Promise<number> {
  using file = await Deno.open(path, { create: true, write: true });
  let written = 0;
  try {
    for (;;) written += await file.write(new Uint8Array(4_096));
  } catch {
    return written;
  }
}
