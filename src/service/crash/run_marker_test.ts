import { assertEquals, assertMatch } from "@std/assert";
import { readBootId } from "./boot_id.ts";
import type { RunMark } from "./crash.ts";
import { readCrashReport } from "./crash_report.ts";
import { openLeftMarks } from "./left_marks.ts";
import { RunMarker } from "./run_marker.ts";

const mark: RunMark = { pid: 7, version: "1.0.0", startedAt: "2026-03-01T08:00:00.000Z", bootId: null, error: null };

async function inFolder(run: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "marker-" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

function crashesIn(folder: string) {
  const left = openLeftMarks(folder, null);
  left.forEach((one) => one[Symbol.dispose]());
  return left.map(({ crash }) => crash);
}

/** What a killed process leaves: the mark, without its lock. */
function leaveDead(folder: string, text: string): void {
  Deno.writeTextFileSync(`${folder}/running-00000000.json`, text, { mode: 0o600 });
}

Deno.test("RunMarker is for its user alone, locked as long as it is held, and gone after it", () =>
  inFolder((folder) => {
    {
      using _marker = RunMarker.leave(`${folder}/state`, mark);
      const [name] = namesIn(`${folder}/state`);
      assertMatch(name, /^running-[0-9a-f]{8}\.json$/);
      assertEquals(Deno.statSync(`${folder}/state/${name}`).mode! & 0o777, 0o600);
      assertEquals(Deno.statSync(`${folder}/state`).mode! & 0o777, 0o700);
      assertEquals(crashesIn(`${folder}/state`), []);
    }
    assertEquals(namesIn(`${folder}/state`), []);
  }));

Deno.test("RunMarker.note() and beat() are what the next start finds", () =>
  inFolder((folder) => {
    using marker = RunMarker.leave(folder, mark);
    marker.note("TypeError: a long story that is cut");
    marker.note("TypeError: x");
    marker.beat(Date.parse("2026-03-01T11:00:00Z"));
    const [name] = namesIn(folder);
    const text = Deno.readTextFileSync(`${folder}/${name}`);
    assertEquals(JSON.parse(text), { ...mark, error: "TypeError: x" });
    assertEquals(Deno.statSync(`${folder}/${name}`).mtime, new Date("2026-03-01T11:00:00Z"));
  }));

Deno.test("openLeftMarks() finds marks without a lock, also damaged ones, and takes half made ones away", () =>
  inFolder((folder) => {
    using _alive = RunMarker.leave(folder, mark);
    leaveDead(folder, JSON.stringify(mark));
    Deno.writeTextFileSync(`${folder}/running-11111111.json`, "");
    Deno.writeTextFileSync(`${folder}/running-22222222.new`, "");
    Deno.writeTextFileSync(`${folder}/running-mine.json`, "");
    assertEquals(crashesIn(folder).map(({ pid }) => pid).sort(), [7, null]);
    assertEquals(namesIn(folder).length, 4);
    for (const left of openLeftMarks(folder, null)) {
      using _held = left;
      left.remove();
    }
    assertEquals(namesIn(folder).length, 2);
  }));

Deno.test("openLeftMarks() shows a mark to one at a time", () =>
  inFolder((folder) => {
    leaveDead(folder, JSON.stringify(mark));
    const first = openLeftMarks(folder, null);
    assertEquals([first.length, openLeftMarks(folder, null).length], [1, 0]);
    first.forEach((one) => one[Symbol.dispose]());
  }));

Deno.test("readCrashReport() tells of none, of those told, and of one that no daemon has seen yet", () =>
  inFolder(async (folder) => {
    const paths = { stateDir: folder };
    assertEquals(await readCrashReport({ stateDir: `${folder}/missing` }), undefined);
    assertEquals(await readCrashReport(paths), undefined);
    const told = { ...mark, lastAliveAt: new Date(Date.now() - 7_200_000).toISOString(), isWithMachine: false };
    await Deno.writeTextFile(`${folder}/crash.json`, JSON.stringify({ version: 1, crashes: [told] }));
    leaveDead(folder, JSON.stringify({ ...mark, pid: 8 }));
    const report = await readCrashReport(paths);
    assertEquals([report?.last.pid, report?.inLastDay, report?.crashes.length], [8, 2, 2]);
    assertEquals(namesIn(folder).sort(), ["crash.json", "running-00000000.json"]);
    await Deno.writeTextFile(`${folder}/crash.json`, "{ damaged");
    assertEquals((await readCrashReport(paths))?.crashes.length, 1);
  }));

Deno.test("readBootId() is the same all the time", async () => {
  const id = await readBootId();
  assertMatch(id ?? "", /^[0-9a-f-]{36}$/);
  assertEquals(await readBootId(), id);
});
