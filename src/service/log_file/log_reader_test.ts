import { assert, assertEquals } from "@std/assert";
import { randomFrom } from "../../../tests/support/random_values.ts";
import { appendLine } from "./append_line.ts";
import { isSince, lineTime } from "./line_time.ts";
import { LogReader, type LogSelection } from "./log_reader.ts";

/** Three lines of 20 bytes fill a file. */
const limits = { maxBytes: 60, keep: 3 };

class Scene implements AsyncDisposable {
  readonly folder: string;
  readonly path: string;
  readonly reader: LogReader;

  private constructor(folder: string) {
    this.folder = folder;
    this.path = `${folder}/log/daemon.log`;
    this.reader = new LogReader(this.path);
  }

  static async open(): Promise<Scene> {
    return new Scene(await Deno.makeTempDir({ prefix: "log-reader-" }));
  }

  write(...lines: string[]): void {
    for (const line of lines) appendLine(this.path, `${line}\n`, limits);
  }

  past(selection?: LogSelection): string[] {
    return [...this.reader.past(selection)].flat();
  }

  added(): string[] {
    return [...this.reader.added()].flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reader[Symbol.dispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const at = (minute: number) => `2026-01-05T10:${String(minute).padStart(2, "0")}:00.000Z`;
const entries = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`.padEnd(19));

Deno.test("lineTime() reads both formats, and nothing else", () => {
  const time = Date.parse("2026-01-05T10:00:00.123Z");
  assertEquals(lineTime("2026-01-05T10:00:00.123Z info  Ready"), time);
  assertEquals(lineTime('{"time":"2026-01-05T10:00:00.123Z","level":"info"}'), time);
  assertEquals(lineTime("    at main (file:///x.ts)"), undefined);
});

Deno.test("isSince() lets a line without a time go with the one before it", () => {
  const isWanted = isSince(Date.parse(at(1)));
  const seen = ["  torn", `${at(0)} a`, "  of a", `${at(1)} b`, "  of b"].map(isWanted);
  assertEquals(seen, [false, false, false, true, true]);
});

Deno.test("LogReader.past() goes over all files, the oldest first; the last ones where so many are asked for", async () => {
  await using scene = await Scene.open();
  scene.write(...entries(0, 10));
  const last = (count: number) => {
    using reader = new LogReader(scene.path);
    return [...reader.past({ last: count })].flat();
  };
  assertEquals(scene.past(), entries(0, 10));
  for (const count of [0, 1, 2, 3, 5, 11]) assertEquals(last(count), entries(0, 10).slice(11 - count), `${count}`);
  assertEquals(last(50), entries(0, 10));
});

Deno.test("LogReader.past() tells what was written since a moment, also where it lies in a file set aside", async () => {
  await using scene = await Scene.open();
  for (let minute = 0; minute < 5; minute++) scene.write(`${at(minute)} x`);
  const since = (minute: number, last?: number) => {
    using reader = new LogReader(scene.path);
    return [...reader.past({ since: Date.parse(at(minute)), last })].flat();
  };
  assertEquals(since(1), [1, 2, 3, 4].map((minute) => `${at(minute)} x`));
  assertEquals(since(1, 2), [3, 4].map((minute) => `${at(minute)} x`));
  assertEquals(since(5), []);
});

Deno.test("LogReader without a file finds nothing, and follows one as soon as it is there", async () => {
  await using scene = await Scene.open();
  assertEquals([scene.past(), scene.reader.exists, scene.added()], [[], false, []]);
  scene.write("first");
  assertEquals([scene.added(), scene.reader.exists], [["first"], true]);
});

Deno.test("LogReader.added() leaves a line without its end for later", async () => {
  await using scene = await Scene.open();
  scene.write("first");
  scene.past();
  await Deno.writeTextFile(scene.path, "sec", { append: true });
  assertEquals(scene.added(), []);
  await Deno.writeTextFile(scene.path, "ond\nthird\n", { append: true });
  assertEquals([scene.added(), scene.added()], [["second", "third"], []]);
});

Deno.test("LogReader.added() goes on in a file that was emptied", async () => {
  await using scene = await Scene.open();
  scene.write("first", "second");
  scene.past();
  await Deno.truncate(scene.path);
  scene.write("third");
  assertEquals(scene.added(), ["third"]);
});

Deno.test("LogReader.added() goes on when the file was deleted, and tells nothing twice", async () => {
  await using scene = await Scene.open();
  scene.write(...entries(0, 6));
  scene.past();
  await Deno.remove(scene.path);
  assertEquals(scene.added(), []);
  scene.write("new");
  // The file system's clock is coarse.
  await Deno.utime(scene.path, new Date(), new Date(Date.now() + 1_000));
  assertEquals([scene.added(), scene.added()], [["new"], []]);
});

Deno.test("LogReader.added() tells each line once, however many files were set aside in between", async () => {
  await using scene = await Scene.open();
  const random = randomFrom(5);
  scene.write("begin");
  scene.past();
  const written: string[] = [];
  const seen: string[] = [];
  for (let round = 0; round < 300; round++) {
    // At most what the files that are kept can take.
    for (let count = random(8); count > 0; count--) {
      written.push(...entries(written.length, written.length));
      scene.write(written.at(-1)!);
    }
    seen.push(...scene.added());
  }
  assertEquals(seen, written);
  assert(written.length > 500);
});

Deno.test("LogReader reads lines that are longer than its chunks, of any letters", async () => {
  await using scene = await Scene.open();
  const long = "é€😀".repeat(30_000);
  scene.write(long, "short");
  assertEquals(scene.past(), [long, "short"]);
});

Deno.test("LogReader cuts what never ends, and goes on after it", async () => {
  await using scene = await Scene.open();
  await Deno.mkdir(`${scene.folder}/log`);
  await Deno.writeTextFile(scene.path, `${"x".repeat(3_000_000)}\nnext\n`);
  const lines = scene.past();
  assertEquals([lines.at(-1), lines.join("").length], ["next", 3_000_004]);
  assert(lines.length > 2 && lines.every(({ length }) => length < 1_200_000));
});
