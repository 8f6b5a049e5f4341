import { assertEquals } from "@std/assert";
import { createLog, type LogFormat, logLevels } from "../../core/log.ts";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { filterOf, isShown, numberedLine } from "./log_line.ts";

Deno.test("numberedLine() reads the level of every line that the log writes", () => {
  for (const format of ["text", "json"] satisfies LogFormat[]) {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const log = createLog({ level: "debug", format, clock: new FakeClock(), write, redact: (line) => line });
    for (const level of logLevels) log[level](`an error, level="warn"`, { reason: "error" });
    assertEquals(lines.map((line) => numberedLine(1, line).level), [...logLevels], format);
  }
});

Deno.test("numberedLine() knows no level where a line has none, and takes its end away", () => {
  for (const text of ["", "\n", "just words here\n", '{"level":"info"}', "2026 loud  words"]) {
    assertEquals(numberedLine(7, text), { n: 7, text: text.trimEnd(), level: undefined });
  }
});

Deno.test("isShown() goes by level and by a part of the text, upper case or lower", () => {
  const warning = numberedLine(1, "2026-01-01T00:00:00.000Z warn  Backend Cloud is down\n");
  const shown = (text: string, level: "debug" | "info" | "warn" | "error") => isShown(warning, { text, level });
  assertEquals([shown("", "debug"), shown("", "warn"), shown("", "error")], [true, true, false]);
  assertEquals([shown("cloud is", "info"), shown("CLOUD", "info"), shown("local", "info")], [true, true, false]);
  assertEquals(isShown(numberedLine(2, "no level"), { text: "", level: "error" }), true);
});

Deno.test("filterOf() takes what it knows from an address", () => {
  const filter = (query: Record<string, string>) => filterOf((name) => query[name]);
  assertEquals(filter({}), { text: "", level: "debug" });
  assertEquals(filter({ text: " <b> ", level: "warn" }), { text: "<b>", level: "warn" });
  assertEquals(filter({ level: "constructor" }), { text: "", level: "debug" });
});
