import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { writeAtomic } from "./atomic_file.ts";

async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();

async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

Deno.test("writeAtomic() makes missing folders 0700 and the file 0600", async () => {
  await using folder = await temporaryFolder();
  await writeAtomic(`${folder.path}/a/b/c.json`, "text");
  assertEquals(await Deno.readTextFile(`${folder.path}/a/b/c.json`), "text");
  assertEquals(await modeOf(`${folder.path}/a/b/c.json`), 0o600);
  assertEquals([await modeOf(`${folder.path}/a`), await modeOf(`${folder.path}/a/b`)], [0o700, 0o700]);
  assertEquals(namesIn(`${folder.path}/a/b`), ["c.json"]);
});

Deno.test("writeAtomic() narrows the mode of a file that was open to all", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/c.json`;
  await Deno.writeTextFile(path, "old", { mode: 0o644 });
  await writeAtomic(path, "new");
  assertEquals([await Deno.readTextFile(path), await modeOf(path)], ["new", 0o600]);
  await writeAtomic(path, "new", { mode: 0o640 });
  assertEquals(await modeOf(path), 0o640);
});

Deno.test("writeAtomic() has the whole new text on disk, for its owner alone, before the old one goes", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/c.json`;
  await writeAtomic(path, "old");
  const rename = async (from: string, to: string) => {
    assertEquals([await Deno.readTextFile(from), await modeOf(from)], ["new", 0o600]);
    assertEquals(await Deno.readTextFile(to), "old");
    await Deno.rename(from, to);
  };
  await writeAtomic(path, "new", { rename });
  assertEquals(await Deno.readTextFile(path), "new");
});

Deno.test("writeAtomic() leaves the old file, and nothing beside it, when it fails before the rename", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/c.json`;
  await writeAtomic(path, "old");
  const rename = () => Promise.reject(new Error("stopped here"));
  await assertRejects(() => writeAtomic(path, "new", { rename }), Error, `Cannot write ${path}: stopped here`);
  assertEquals([await Deno.readTextFile(path), namesIn(folder.path)], ["old", ["c.json"]]);
});

Deno.test("writeAtomic() follows links to their target, which need not exist yet", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/c.json`;
  await Deno.symlink("dotfiles/real.json", path);
  for (const text of ["first", "second"]) {
    await writeAtomic(path, text);
    assertEquals((await Deno.lstat(path)).isSymlink, true);
    assertEquals(await Deno.readTextFile(`${folder.path}/dotfiles/real.json`), text);
  }
});

Deno.test("writeAtomic() refuses links in a circle", async () => {
  await using folder = await temporaryFolder();
  await Deno.symlink("b", `${folder.path}/a`);
  await Deno.symlink("a", `${folder.path}/b`);
  await assertRejects(() => writeAtomic(`${folder.path}/a`, "x"), Error, "its symbolic links lead in a circle");
});

Deno.test("writeAtomic() names the folder that may not be written", async () => {
  // Nobody may make a file there, root neither; in a container it may be mounted read-only as a whole.
  const error = await assertRejects(() => writeAtomic("/sys/cloudtolocalllm.json", "x"), Error);
  assertMatch(error.message, /the folder \/sys is (not writable \(permission denied\)|on a read-only file system)$/);
});

Deno.test("writeAtomic() says that a part of the path is a file", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  await assertRejects(
    () => writeAtomic(`${folder.path}/file/c.json`, "x"),
    Error,
    `${folder.path}/file is not a folder`,
  );
});

Deno.test("writeAtomic() replaces a link itself where it must not follow one", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/c.json`;
  await Deno.writeTextFile(`${folder.path}/victim`, "untouched");
  await Deno.symlink("victim", path);
  await writeAtomic(path, "new", { followLink: false });
  assertEquals([await Deno.readTextFile(path), await Deno.readTextFile(`${folder.path}/victim`)], ["new", "untouched"]);
  assertEquals((await Deno.lstat(path)).isSymlink, false);
});

Deno.test("writeAtomic() takes away what killed writes of the same file left, and nothing else", async () => {
  await using folder = await temporaryFolder();
  const old = new Date(Date.now() - 120_000);
  const leave = async (name: string, at: Date) => {
    await Deno.writeTextFile(`${folder.path}/${name}`, "left");
    await Deno.utime(`${folder.path}/${name}`, at, at);
  };
  const young = `c.json.${crypto.randomUUID()}.tmp`;
  const others = [`d.json.${crypto.randomUUID()}.tmp`, "c.json.backup.tmp", `c.json.${crypto.randomUUID()}.tmp.old`];
  await leave(`c.json.${crypto.randomUUID()}.tmp`, old);
  await leave(young, new Date());
  for (const name of others) await leave(name, old);
  await writeAtomic(`${folder.path}/c.json`, "new");
  assertEquals(namesIn(folder.path), ["c.json", young, ...others].sort());
});
