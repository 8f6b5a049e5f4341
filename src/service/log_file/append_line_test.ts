import { assert, assertEquals, assertThrows } from "@std/assert";
import { appendLine, type LogLimits } from "./append_line.ts";
import { asidePath } from "./log_files.ts";

const limits: LogLimits = { maxBytes: 40, keep: 2 };

async function inFolder(run: (path: string, folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "append-" });
  try {
    await run(`${folder}/log/daemon.log`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const textOf = (path: string) => Deno.readTextFileSync(path);
const namesIn = (path: string) =>
  [...Deno.readDirSync(path.slice(0, path.lastIndexOf("/")))].map(({ name }) => name).sort();
const modeOf = (path: string) => Deno.statSync(path).mode! & 0o777;
/** Of 20 bytes. */
const line = (number: number) => `line ${String(number).padStart(14, "0")}\n`;

Deno.test("appendLine() makes folder and file for their user alone, and takes back what others were given", () =>
  inFolder((path, folder) => {
    appendLine(path, line(1), limits);
    assertEquals([modeOf(`${folder}/log`), modeOf(path)], [0o700, 0o600]);
    Deno.chmodSync(path, 0o644);
    appendLine(path, line(2), limits);
    assertEquals([modeOf(path), textOf(path)], [0o600, line(1) + line(2)]);
  }));

Deno.test("appendLine() sets a full file aside, keeps so many of them, and never cuts a line", () =>
  inFolder((path) => {
    for (let number = 1; number <= 9; number++) appendLine(path, line(number), limits);
    assertEquals(namesIn(path), ["daemon.log", "daemon.log.1", "daemon.log.2"]);
    assertEquals(textOf(path), line(9));
    assertEquals(textOf(asidePath(path, 1)), line(7) + line(8));
    assertEquals(textOf(asidePath(path, 2)), line(5) + line(6));
  }));

Deno.test("appendLine() takes away what is more than wanted, and keeps none where none is", () =>
  inFolder((path) => {
    for (let number = 1; number <= 9; number++) appendLine(path, line(number), { ...limits, keep: 9 });
    appendLine(path, line(10), limits);
    appendLine(path, line(11), limits);
    assertEquals(namesIn(path), ["daemon.log", "daemon.log.1", "daemon.log.2"]);
    for (const number of [12, 13]) appendLine(path, line(number), { ...limits, keep: 0 });
    assertEquals([namesIn(path), textOf(path)], [["daemon.log"], line(13)]);
  }));

Deno.test("appendLine() takes a line that is longer than a file may be", () =>
  inFolder((path) => {
    const long = "x".repeat(100) + "\n";
    appendLine(path, long, limits);
    appendLine(path, line(1), limits);
    assertEquals([textOf(asidePath(path, 1)), textOf(path)], [long, line(1)]);
  }));

Deno.test("appendLine() goes on when somebody deletes, moves or empties the file", () =>
  inFolder((path, folder) => {
    appendLine(path, line(1), limits);
    Deno.removeSync(`${folder}/log`, { recursive: true });
    appendLine(path, line(2), limits);
    Deno.renameSync(path, `${path}.1`);
    appendLine(path, line(3), limits);
    Deno.truncateSync(path);
    appendLine(path, line(4), limits);
    assertEquals([textOf(`${path}.1`), textOf(path)], [line(2), line(4)]);
  }));

Deno.test("appendLine() leaves a file alone that another process sets aside just now", () =>
  inFolder((path) => {
    for (const number of [1, 2]) appendLine(path, line(number), limits);
    {
      using other = Deno.openSync(path, { append: true });
      other.lockSync(true);
      appendLine(path, line(3), limits);
    }
    assertEquals(namesIn(path), ["daemon.log"]);
    appendLine(path, line(4), limits);
    assertEquals([textOf(asidePath(path, 1)), textOf(path)], [[1, 2, 3].map(line).join(""), line(4)]);
  }));

Deno.test("appendLine() writes to no link, folder or pipe, and waits for nobody", () =>
  inFolder(async (path, folder) => {
    Deno.mkdirSync(`${folder}/log`);
    Deno.symlinkSync(`${folder}/elsewhere`, path);
    assertThrows(() => appendLine(path, line(1), limits), Error, "is no file but a link or a folder; move it away");
    Deno.removeSync(path);
    await new Deno.Command("mkfifo", { args: [path] }).output();
    assertThrows(() => appendLine(path, line(1), limits), Error, "is no file");
  }));

Deno.test("appendLine() of several processes loses, cuts and mixes no line while they set files aside", () =>
  inFolder(async (path, folder) => {
    const script = `${folder}/writer.ts`;
    const source = new URL("./append_line.ts", import.meta.url).href;
    await Deno.writeTextFile(
      script,
      `import { appendLine } from "${source}";
for (let i = 0; i < 2000; i++) {
  appendLine(Deno.args[0], Deno.args[1].repeat(50) + " " + i + "\\n", { maxBytes: 20000, keep: 100 });
}`,
    );
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const outputs = await Promise.all(["a", "b", "c"].map((letter) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "--no-prompt",
          "--allow-read",
          "--allow-write",
          `--config=${config}`,
          script,
          path,
          letter,
        ],
      }).output()
    ));
    assert(outputs.every(({ success }) => success), new TextDecoder().decode(outputs[0].stderr));
    const lines = namesIn(path).flatMap((name) => textOf(`${folder}/log/${name}`).split("\n").slice(0, -1));
    const wanted = ["a", "b", "c"].flatMap((one) => Array.from({ length: 2_000 }, (_, i) => `${one.repeat(50)} ${i}`));
    assertEquals(lines.sort(), wanted.sort());
    assert(namesIn(path).length > 10);
  }));
