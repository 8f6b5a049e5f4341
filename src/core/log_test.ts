import { assertEquals } from "@std/assert";
import { createLog, type LogOptions } from "./log.ts";

function scene(more: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6), monotonic: () => 0, after: () => () => {} };
  const options: LogOptions = {
    level: "info",
    format: "text",
    clock,
    write: (line) => lines.push(line),
    redact: (line) => line,
    ...more,
  };
  return { log: createLog(options), lines, options };
}

Deno.test("createLog() writes one line an event, in the order of its fields", () => {
  const { log, lines } = scene();
  log.info("Request", { model: "llama3.2", status: 200, ok: true, none: null, left: undefined });
  log.warn("Bare");
  assertEquals(lines, [
    "2026-01-02T03:04:05.006Z info  Request model=llama3.2 status=200 ok=true none=null\n",
    "2026-01-02T03:04:05.006Z warn  Bare\n",
  ]);
});

Deno.test("createLog() lets no value forge a line or a field", () => {
  const { log, lines } = scene();
  log.info("Request", { model: "a\n2026-01-01 error forged", quoted: 'x="y" z=1', empty: "" });
  log.info("two\nlines");
  log.error("escape \u001b[31m and \u009b");
  assertEquals(lines.map((line) => line.slice(25)), [
    'info  Request model="a\\n2026-01-01 error forged" quoted="x=\\"y\\" z=1" empty=""\n',
    'info  "two\\nlines"\n',
    'error "escape \\u001b[31m and \\u009b"\n',
  ]);
});

Deno.test("createLog() writes JSON where programs read", () => {
  const { log, lines } = scene({ format: "json" });
  log.error("Broke\n", { backend: "local", left: undefined });
  assertEquals(lines.length, 1);
  assertEquals(JSON.parse(lines[0]), {
    time: "2026-01-02T03:04:05.006Z",
    level: "error",
    message: "Broke\n",
    backend: "local",
  });
});

Deno.test("createLog() leaves out what is below its level, and follows a change of it", () => {
  const { log, lines, options } = scene({ level: "warn" });
  log.debug("a");
  log.info("b");
  log.warn("c");
  options.level = "debug";
  log.debug("d");
  assertEquals(lines.map((line) => line.trimEnd().slice(-1)), ["c", "d"]);
});

Deno.test("createLog() takes secrets out of the finished line", () => {
  const { log, lines } = scene({ redact: (line) => line.replaceAll("sk-1", "[redacted]") });
  log.info("sent sk-1", { header: "Bearer sk-1" });
  assertEquals(lines[0].slice(31), 'sent [redacted] header="Bearer [redacted]"\n');
});

Deno.test("createLog() lets no value turn or hide text, in either format", () => {
  for (const format of ["text", "json"] as const) {
    const { log, lines } = scene({ format });
    log.info("turned \u202e around", { model: "a\u009b2Jb\u007f\u2066c\u200f" });
    const found = lines.join("").match(/[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g);
    assertEquals([found, lines[0].includes("a\\u009b2Jb\\u007f\\u2066c\\u200f")], [null, true], format);
    assertEquals(lines[0].includes("turned \\u202e around"), true, format);
  }
});
