import { assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { LogFile, type LogFileSeen } from "./log_file.ts";

const options = { enabled: true, maxBytes: 10_000, keep: 1 };

class Scene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly seen: LogFileSeen[] = [];
  readonly file: LogFile;
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.file = new LogFile({ path: `${folder}/log/daemon.log`, clock: this.clock });
    this.file.onChange((seen) => {
      this.seen.push(seen);
      if (seen.state === "running" && seen.missing > 0) this.file.write(`missing ${seen.missing}\n`);
      if (seen.state === "failed") this.file.write("failed\n");
    });
  }

  static async open(): Promise<Scene> {
    return new Scene(await Deno.makeTempDir({ prefix: "log-file-" }));
  }

  get text(): string {
    return Deno.readTextFileSync(this.file.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("LogFile keeps lines until the configuration is known", async () => {
  await using scene = await Scene.open();
  scene.file.write("first\n");
  assertEquals([...Deno.readDirSync(scene.folder)], []);
  scene.file.configure(options);
  scene.file.write("second\n");
  assertEquals(scene.text, "first\nsecond\n");
  assertEquals(scene.seen, [{ state: "running", missing: 0 }]);
});

Deno.test("LogFile that is not wanted makes no file, and begins as soon as it is", async () => {
  await using scene = await Scene.open();
  scene.file.write("first\n");
  scene.file.configure({ ...options, enabled: false });
  scene.file.write("second\n");
  assertEquals([...Deno.readDirSync(scene.folder)], []);
  scene.file.configure(options);
  scene.file.write("third\n");
  assertEquals(scene.text, "third\n");
  assertEquals(scene.seen, [{ state: "off" }, { state: "running", missing: 0 }]);
});

Deno.test("LogFile that cannot be written is told once, tried again after 10 s, and says how much is missing", async () => {
  await using scene = await Scene.open();
  scene.file.configure(options);
  await Deno.writeTextFile(`${scene.folder}/log`, "a file where the folder should be");
  for (const line of ["1\n", "2\n"]) scene.file.write(line);
  await scene.clock.advance(10_000);
  scene.file.write("3\n");
  assertEquals(scene.seen.map(({ state }) => state), ["running", "failed"]);
  await Deno.remove(`${scene.folder}/log`);
  scene.file.write("4\n");
  await scene.clock.advance(10_000);
  scene.file.write("5\n");
  // Four of ours, and the one that told of it.
  assertEquals(scene.text, "5\nmissing 5\n");
  assertEquals(scene.seen.at(-1), { state: "running", missing: 5 });
});

/** A file system that is full soon. */
async function mountSmall(path: string): Promise<() => Promise<void>> {
  await Deno.mkdir(path);
  const run = async (program: string, ...args: string[]) => {
    const { success, stderr } = await new Deno.Command(program, { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  await run("mount", "-t", "tmpfs", "-o", "size=16k", "none", path);
  return () => run("umount", path);
}

const isRoot = Deno.uid() === 0;
const fullDisk = "LogFile on a full disk leaves lines out, and begins a new one when there is room";

Deno.test({ name: isRoot ? fullDisk : `${fullDisk} (to mount one takes root)`, ignore: !isRoot }, async () => {
  await using scene = await Scene.open();
  const unmount = await mountSmall(`${scene.folder}/log`);
  try {
    scene.file.configure({ ...options, maxBytes: 1_000_000 });
    await Deno.writeFile(`${scene.folder}/log/other`, new Uint8Array(8_192));
    for (let i = 0; i < 200; i++) scene.file.write(`${"x".repeat(99)}\n`);
    assertMatch((scene.seen.at(-1) as { reason: string }).reason, /No space left on device/);
    await Deno.remove(`${scene.folder}/log/other`);
    await scene.clock.advance(10_000);
    scene.file.write("after\n");
    const lines = scene.text.split("\n");
    assertEquals([lines.slice(0, 40), lines.at(-3)], [Array(40).fill("x".repeat(99)), "after"]);
    assertMatch(lines.at(-2)!, /^missing \d+$/);
  } finally {
    await unmount();
  }
});
