import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { inTime } from "../../../tests/support/in_time.ts";
import { SettingsScene } from "../../../tests/support/settings_scene.ts";

const line = (level: string, words: string) => `2026-01-01T00:00:00.000Z ${level.padEnd(5)} ${words}\n`;

/** The lines of a stream, as the browser gets them. */
class LineReader implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(response: Response) {
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next event: its id, and its line. `undefined`: the stream has ended. */
  async next(): Promise<{ id: string; n: number; text: string; level?: string } | undefined> {
    while (!this.#text.includes("\n\n")) {
      const { value, done } = await inTime("an event", this.#reader.read());
      if (done) return undefined;
      this.#text += value;
    }
    const [event, ...rest] = this.#text.split("\n\n");
    this.#text = rest.join("\n\n");
    const field = (name: string) => event.split("\n").find((one) => one.startsWith(`${name}:`))!.slice(name.length + 1);
    return { id: field("id").trim(), ...JSON.parse(field("data")) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}

Deno.test("the log's page shows a line that is a script as text", async () => {
  await using scene = await SettingsScene.create();
  scene.recentLog.add(line("warn", 'model="<script>alert(1)</script>"'));
  const page = await scene.page("/settings/logs");
  assertStringIncludes(page, "&lt;script&gt;alert(1)&lt;/script&gt;");
  assertFalse(page.includes("<script>alert"));
});

Deno.test("the log's page filters by the words of its address, without a script", async () => {
  await using scene = await SettingsScene.create();
  for (const level of ["info", "warn", "error"]) scene.recentLog.add(line(level, `of ${level}`));
  const shownOf = (page: string) =>
    [...page.matchAll(/<div class="\w+" data-level="(\w+)"( hidden="")?>/g)].filter((match) => !match[2])
      .map((match) => match[1]);
  assertEquals(shownOf(await scene.page("/settings/logs")), ["info", "warn", "error"]);
  const filtered = await scene.page("/settings/logs?level=warn&text=OF+W");
  assertEquals(shownOf(filtered), ["warn"]);
  assertStringIncludes(filtered, "1 of 3 lines");
  assertStringIncludes(filtered, 'value="OF W"');
  const hostile = await scene.page(`/settings/logs?text=${encodeURIComponent('"><script>')}`);
  assertFalse(hostile.includes('"><script>"'));
  assertStringIncludes(hostile, "0 of 3 lines");
});

Deno.test("the log's stream has what is kept, then each new line, with its place", async () => {
  await using scene = await SettingsScene.create();
  scene.recentLog.add(line("info", "first"));
  await using lines = new LineReader(await scene.get("/settings/logs/lines"));
  const first = await lines.next();
  scene.recentLog.add(line("error", "second </script>\u2028"));
  const second = await lines.next();
  assertEquals([first!.n, second!.n, second!.level], [1, 2, "error"]);
  assertEquals(second!.text, line("error", "second </script>\u2028").trimEnd());
  assert(first!.id.endsWith(".1") && second!.id.endsWith(".2"));
});

Deno.test("the log's stream goes on behind the place that a browser had read to, unless that was in another run", async () => {
  await using scene = await SettingsScene.create();
  for (const words of ["one", "two", "three"]) scene.recentLog.add(line("info", words));
  const run = `42-${scene.context.startedAt}`;
  const firstAfter = async (path: string, headers = {}) => {
    await using lines = new LineReader(await scene.get(path, { headers }));
    return (await lines.next())!.n;
  };
  assertEquals(await firstAfter(`/settings/logs/lines?after=${run}.2`), 3);
  assertEquals(await firstAfter("/settings/logs/lines?after=0-0.1", { "last-event-id": `${run}.1` }), 2);
  for (const place of ["41-7.2", `${run}.x`, "", "2", `${run}.02`]) {
    assertEquals(await firstAfter(`/settings/logs/lines?after=${place}`), 1, place);
  }
});

Deno.test("the log's stream ends with the daemon", async () => {
  await using scene = await SettingsScene.create();
  await using lines = new LineReader(await scene.get("/settings/logs/lines"));
  scene.stopping.abort();
  assertEquals(await lines.next(), undefined);
});

Deno.test("the bug report has version, state and log, without secrets and the home folder", async () => {
  await using scene = await SettingsScene.create({
    backends: [{ id: "cloud", kind: "openai", url: "https://private.example/v1", location: "cloud" }],
  });
  // Learnt after the line was written.
  scene.recentLog.add(line("error", "token=sk-planted file=/home/ann/models/x"));
  scene.redaction.add("sk-planted");
  const report = await scene.page("/settings/logs/report");
  assertStringIncludes(report, "CloudToLocalLLM 1.2.3 (Deno ");
  assertStringIncludes(report, "- cloud: openai, cloud, unknown");
  assertStringIncludes(report, "token=[redacted] file=~/models/x");
  assertFalse(/sk-planted|\/home\/ann|private\.example/.test(report));
  await scene.edit("{ broken");
  assertStringIncludes(await scene.page("/settings/logs/report"), "The configuration file is not in use:");
  const download = await scene.get("/settings/logs/download");
  assertEquals(
    download.headers.get("content-disposition"),
    'attachment; filename="cloudtolocalllm-log-2023-11-14-2213.txt"',
  );
  assertStringIncludes(await download.text(), "token=[redacted]");
});
