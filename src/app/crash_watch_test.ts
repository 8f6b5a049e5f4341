import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { createLog } from "../core/log.ts";
import { Redaction } from "../core/redaction.ts";
import { readCrashReport } from "../service/crash/crash_report.ts";
import { CrashWatch } from "./crash_watch.ts";
import type { DaemonOptions } from "./ground.ts";

class Scene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly lines: string[] = [];
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Scene> {
    return new Scene(await Deno.makeTempDir({ prefix: "crash-watch-" }));
  }

  /** What a start does, as far as crashes are concerned. */
  async start(stateDir = this.folder): Promise<CrashWatch> {
    const { clock } = this;
    const write = (line: string) => this.lines.push(line);
    const log = createLog({ level: "info", format: "text", clock, write, redact: (line) => line });
    const options = { paths: { stateDir }, version: "1.0.0", pid: 7 } as DaemonOptions;
    const watch = new CrashWatch(options, { clock, log, redaction: new Redaction() });
    await watch.leaveMark();
    return watch;
  }

  get marks(): string[] {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name).filter((name) => name.startsWith("running-"));
  }

  /** As if the process was killed: the mark is there and nobody holds it. */
  async leaveDead(): Promise<void> {
    const watch = await this.start();
    const [name] = this.marks;
    const text = await Deno.readTextFile(`${this.folder}/${name}`);
    watch[Symbol.dispose]();
    await Deno.writeTextFile(`${this.folder}/${name}`, text);
    await Deno.utime(`${this.folder}/${name}`, this.clock.now() / 1_000, this.clock.now() / 1_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("CrashWatch says nothing after a run that stopped, and leaves nothing behind", async () => {
  await using scene = await Scene.open();
  for (let run = 0; run < 2; run++) {
    using _watch = await scene.start();
    assertEquals(scene.marks.length, 1);
  }
  assertEquals([scene.lines, scene.marks, scene.clock.pending], [[], [], 0]);
  assertEquals(await readCrashReport({ stateDir: scene.folder }), undefined);
});

Deno.test("CrashWatch tells of a crash once, counts those of a day, and keeps them", async () => {
  await using scene = await Scene.open();
  for (const crashes of [1, 2]) {
    await scene.leaveDead();
    await scene.clock.advance(3_600_000);
    using _watch = await scene.start();
    const words = "The last run of the daemon ended without stopping pid=7 version=1.0.0 startedAt=";
    assertStringIncludes(scene.lines.at(-1)!, words);
    assertStringIncludes(scene.lines.at(-1)!, `crashesInLastDay=${crashes}`);
  }
  assertEquals(scene.lines.length, 2);
  const report = await readCrashReport({ stateDir: scene.folder }, scene.clock.now());
  assertEquals([report?.inLastDay, report?.last.isWithMachine], [2, false]);
  assertEquals(Date.parse(report!.last.lastAliveAt), scene.clock.now() - 3_600_000);
  assertEquals(Deno.statSync(`${scene.folder}/crash.json`).mode! & 0o777, 0o600);
});

Deno.test("CrashWatch leaves the mark of a daemon that runs alone", async () => {
  await using scene = await Scene.open();
  using _first = await scene.start();
  using _second = await scene.start();
  assertEquals([scene.lines, scene.marks.length], [[], 2]);
});

Deno.test("CrashWatch shows every five minutes that the daemon is alive", async () => {
  await using scene = await Scene.open();
  using _watch = await scene.start();
  const path = `${scene.folder}/${scene.marks[0]}`;
  await scene.clock.advance(900_000);
  assertEquals(Deno.statSync(path).mtime?.getTime(), scene.clock.now());
});

Deno.test("CrashWatch that can leave no mark says so, and keeps nobody from serving", async () => {
  await using scene = await Scene.open();
  await Deno.writeTextFile(`${scene.folder}/file`, "");
  using _watch = await scene.start(`${scene.folder}/file`);
  assertEquals(scene.lines.length, 1);
  assert(scene.lines[0].includes("A crash of this run could not be told of at the next start"));
});
