import { assertEquals, assertThrows } from "@std/assert";
import { parseCommandLine } from "./parse_command_line.ts";
import { UsageError } from "./usage_error.ts";

function invocationOf(...words: string[]) {
  const line = parseCommandLine(words);
  if (line.kind !== "command") throw new Error(`Not a command: ${line.kind}`);
  return line.invocation;
}

function usageErrorOf(...words: string[]): UsageError {
  return assertThrows(() => parseCommandLine(words), UsageError);
}

Deno.test("parseCommandLine() takes run where no command is named", () => {
  assertEquals(invocationOf().path, ["run"]);
  const { path, options } = invocationOf("--port", "0", "--mode=cloud-only", "--log-level", "debug");
  assertEquals(path, ["run"]);
  assertEquals(options, { port: "0", mode: "cloud-only", "log-level": "debug" });
});

Deno.test("parseCommandLine() finds commands, subcommands, arguments and switches", () => {
  assertEquals(invocationOf("config", "show", "x.json"), {
    path: ["config", "show"],
    arguments: { FILE: "x.json" },
    options: {},
    switches: new Set<string>(),
  });
  assertEquals(invocationOf("status", "--json").switches, new Set(["json"]));
  assertEquals(invocationOf("mode").arguments, { MODE: undefined });
});

Deno.test("parseCommandLine() joins the words of a prompt and keeps figures as text", () => {
  const { arguments: words, options } = invocationOf("chat", "llama3.2", "6", "times", "007", "--backend", "cloud");
  assertEquals(words, { MODEL: "llama3.2", PROMPT: "6 times 007" });
  assertEquals(options, { backend: "cloud" });
  assertEquals(invocationOf("chat", "m", "--", "--not-a-flag").arguments.PROMPT, "--not-a-flag");
});

Deno.test("parseCommandLine() understands help and version wherever they may stand", () => {
  for (const words of [["--help"], ["-h"], ["help"]]) assertEquals(parseCommandLine(words), { kind: "help", path: [] });
  for (const words of [["--version"], ["-V"]]) assertEquals(parseCommandLine(words), { kind: "version" });
  for (const words of [["chat", "--help"], ["chat", "-h"], ["chat", "m", "--nope", "--help"], ["help", "chat"]]) {
    assertEquals(parseCommandLine(words), { kind: "help", path: ["chat"] });
  }
  assertEquals(parseCommandLine(["config", "-h"]), { kind: "help", path: ["config"] });
  assertEquals(parseCommandLine(["config", "show", "-h"]), { kind: "help", path: ["config", "show"] });
  assertEquals(parseCommandLine(["--port", "1", "-h"]), { kind: "help", path: ["run"] });
});

Deno.test("parseCommandLine() refuses what it does not know, with what it does", () => {
  const command = usageErrorOf("statsu");
  assertEquals([command.typed, command.known.includes("status"), command.path], ["statsu", true, []]);
  const flag = usageErrorOf("run", "--moed=x");
  assertEquals([flag.message, flag.typed, flag.known.includes("--mode")], ["run has no flag --moed", "--moed", true]);
  assertEquals(usageErrorOf("config", "shwo").known, ["path", "show", "validate", "schema"]);
  assertEquals(usageErrorOf("help", "nothing").typed, "nothing");
  assertEquals(usageErrorOf("-x").path, ["run"]);
});

Deno.test("parseCommandLine() refuses words that are missing, surplus or out of range", () => {
  assertEquals(usageErrorOf("chat").message, "chat needs MODEL");
  assertEquals(usageErrorOf("config").message, "config needs one of: path, show, validate, schema");
  assertEquals(usageErrorOf("mode", "fastest", "x").message, 'mode takes MODE, received also "x"');
  assertEquals(usageErrorOf("status", "x").message, 'status takes no argument, received also "x"');
  assertEquals(usageErrorOf("--port").message, "--port needs PORT");
  for (const port of ["65536", "-1", "1.5", "0x50", " 1", "http"]) usageErrorOf(`--port=${port}`);
  usageErrorOf("--mode", "sometimes");
  usageErrorOf("mode", "sometimes");
  usageErrorOf("completions", "tcsh");
});

Deno.test("parseCommandLine() refuses a value for a switch and a dash for a missing value", () => {
  assertEquals(usageErrorOf("status", "--json=no").message, '--json takes no value, received "--json=no"');
  assertEquals(
    usageErrorOf("chat", "m", "--system", "--thinking").message,
    "--system needs TEXT; one that begins with a dash is written --system=TEXT",
  );
  assertEquals(invocationOf("chat", "m", "--system=-x").options.system, "-x");
});
