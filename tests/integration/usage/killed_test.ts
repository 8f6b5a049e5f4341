import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Random } from "../../support/chaos/random.ts";

const child = new URL("./writing_child.ts", import.meta.url).pathname;
const rounds = 6;
/** The second that may be lost, and what a busy machine needs to write the row. */
const lostMs = 1_000 + 500;

interface Writer {
  name: string;
  process: Deno.ChildProcess;
  /** When each row was recorded: pairs of number and time. */
  told: Promise<[count: number, at: number][]>;
}

function startWriter(path: string, name: string): Writer {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-write", child, path, name],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  return { name, process, told: readTold(process.stdout) };
}

async function readTold(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<[number, number][]> {
  const text = await new Response(stdout).text();
  // What follows the last line end was cut.
  return text.split("\n").slice(0, -1).map((line) => line.split(" ").map(Number) as [number, number]);
}

/** Waits until the writer has written something, then so much longer. */
async function waitFor(path: string, { name }: Writer, ms: number): Promise<void> {
  for (;;) {
    if (rowsOf(path, name) > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, ms));
}

function rowsOf(path: string, name: string): number {
  try {
    using db = new DatabaseSync(path, { readOnly: true });
    return Number(db.prepare("SELECT count(*) AS count FROM requests WHERE app = ?").get(name)!.count);
  } catch {
    return 0;
  }
}

Deno.test("a process that is killed while it writes loses the last second at most, and never the database", async () => {
  const seed = Number(Deno.env.get("USAGE_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  const random = new Random(seed);
  const folder = await Deno.makeTempDir({ prefix: "usage-killed-" });
  const path = `${folder}/usage.db`;
  try {
    for (let round = 0; round < rounds; round++) {
      const writers = [startWriter(path, `one-${round}`), startWriter(path, `other-${round}`)];
      for (const writer of writers) await waitFor(path, writer, random.int(1_500));
      const killedAt = Date.now();
      for (const { process } of writers) process.kill("SIGKILL");
      await Promise.all(writers.map(({ process }) => process.status));
      await checkAll(path, writers, killedAt);
    }
  } catch (error) {
    throw new Error(`With USAGE_SEED=${seed}`, { cause: error });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function checkAll(path: string, writers: Writer[], killedAt: number): Promise<void> {
  using db = new DatabaseSync(path);
  assertEquals(db.prepare("PRAGMA integrity_check").all().map(({ integrity_check }) => integrity_check), ["ok"]);
  const [{ rows }] = db.prepare("SELECT count(*) AS rows FROM requests").all();
  const [{ sum }] = db.prepare("SELECT sum(requests) AS sum FROM hours WHERE by = 'app'").all();
  assertEquals(rows, sum, "the sums are those of the rows");
  for (const { name, told } of writers) {
    const sure = (await told).filter(([, at]) => at < killedAt - lostMs).at(-1)?.[0] ?? -1;
    const [{ count, last }] = db.prepare(
      "SELECT count(*) AS count, max(CAST(model AS INTEGER)) AS last FROM requests WHERE app = ?",
    ).all(name);
    assert(Number(last) >= sure, `${name}: row ${sure} was recorded in time, ${last} is the last that is there`);
    assertEquals(Number(count), Number(last) + 1, `${name}: none in between is missing`);
  }
}
