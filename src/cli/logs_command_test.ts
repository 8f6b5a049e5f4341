import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { appendLine } from "../service/log_file/append_line.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";

class Scene implements AsyncDisposable {
  readonly home: string;
  readonly path: string;
  readonly io: FakeIo;

  private constructor(home: string) {
    this.home = home;
    this.path = `${home}/cloudtolocalllm/log/daemon.log`;
    this.io = new FakeIo({ env: { HOME: home, XDG_STATE_HOME: home } });
  }

  static async open(): Promise<Scene> {
    return new Scene(await Deno.makeTempDir({ prefix: "logs-" }));
  }

  /** A line of so many minutes ago, by the clock of the terminal. */
  write(words: string, minutesAgo = 0): string {
    const line = `${new Date(this.io.clock.now() - minutesAgo * 60_000).toISOString()} info  ${words}\n`;
    appendLine(this.path, line, { maxBytes: 2_000, keep: 20 });
    return line;
  }

  logs(...words: string[]): Promise<ExitCode> {
    return runCommandLine(["logs", ...words], this.io);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.home, { recursive: true });
  }
}

Deno.test("logs prints the last 100 lines, over the files that were set aside", async () => {
  await using scene = await Scene.open();
  const lines = Array.from({ length: 150 }, (_, i) => scene.write(`line ${i}`));
  assertEquals(await scene.logs(), ExitCode.done);
  assertEquals(scene.io.stdout, lines.slice(50).join(""));
});

Deno.test("logs --since tells all since then, with --lines the last of them", async () => {
  await using scene = await Scene.open();
  const lines = Array.from({ length: 200 }, (_, i) => scene.write(`line ${i}`, 200 - i));
  assertEquals(await scene.logs("--since", "2h"), ExitCode.done);
  assertEquals(scene.io.stdout, lines.slice(80).join(""));
  scene.io.stdout = "";
  assertEquals(await scene.logs("--since=2h", "-n", "3"), ExitCode.done);
  assertEquals(scene.io.stdout, lines.slice(197).join(""));
});

Deno.test("logs -f goes on with what is added, over files that are set aside, until Ctrl-C", async () => {
  await using scene = await Scene.open();
  const lines = [scene.write("first")];
  const done = scene.logs("-f");
  await scene.io.printed("first");
  for (let i = 0; i < 100; i++) lines.push(scene.write(`line ${i}`));
  await scene.io.clock.advance(250);
  assertEquals(scene.io.stdout, lines.join(""));
  lines.push(scene.write("last"));
  await scene.io.clock.advance(250);
  assertEquals(scene.io.stdout, lines.join(""));
  scene.io.signal("SIGINT");
  assertEquals(await done, ExitCode.done);
  assertEquals([scene.io.clock.pending, scene.io.signal("SIGINT")], [0, false]);
});

Deno.test("logs says where there is no log; -f waits for it", async () => {
  await using scene = await Scene.open();
  assertEquals(await scene.logs(), ExitCode.failed);
  assertStringIncludes(scene.io.stderr, `There is no log at ${scene.path}: the daemon begins it when it runs`);
  const done = scene.logs("-f");
  await scene.io.printed("waiting for it");
  const line = scene.write("first");
  await scene.io.clock.advance(250);
  assertEquals(scene.io.stdout, line);
  scene.io.signal("SIGTERM");
  assertEquals(await done, ExitCode.done);
});

Deno.test("logs ends with 0 when its reader has gone", async () => {
  await using scene = await Scene.open();
  scene.write("first");
  scene.io.outputClosed = true;
  assertEquals(await scene.logs("-f"), ExitCode.done);
  assertEquals(scene.io.stderr, "");
});

Deno.test("logs hands nothing to the terminal that it would obey", async () => {
  await using scene = await Scene.open();
  scene.write("a\x1b]0;title\x07b");
  await scene.logs();
  assertStringIncludes(scene.io.stdout, "a]0;titleb");
});

Deno.test("logs refuses what is no time or no number", async () => {
  for (const words of [["--since", "soon"], ["--since", "2099-01-01"], ["--lines", "many"], ["-n", "-3"]]) {
    await using scene = await Scene.open();
    assertEquals(await scene.logs(...words), ExitCode.usage, words.join(" "));
  }
});
