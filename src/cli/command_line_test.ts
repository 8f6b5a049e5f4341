import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { commands, hiddenCommands } from "./commands.ts";
import { commandPaths } from "./completion_words.ts";
import { ExitCode } from "./io.ts";
import { version } from "../core/version.ts";

Deno.test("runCommandLine() prints the version", async () => {
  const io = new FakeIo();
  assertEquals(await runCommandLine(["--version"], io), ExitCode.done);
  assertEquals(io.stdout, `cloudtolocalllm ${version}\n`);
  assert(/^\d+\.\d+\.\d+/.test(version));
});

Deno.test("runCommandLine() lists every command in the program's help", async () => {
  const io = new FakeIo();
  assertEquals(await runCommandLine(["--help"], io), ExitCode.done);
  for (const { name, summary } of commands) {
    assertStringIncludes(io.stdout, `\n  ${name} `);
    assertStringIncludes(io.stdout, summary.slice(0, 40));
  }
  assertStringIncludes(io.stdout, "0 done, 1 failed, 2 usage, 3 daemon not running");
});

for (const { path, command } of commandPaths()) {
  Deno.test(`runCommandLine() helps with ${path.join(" ")}`, async () => {
    const io = new FakeIo();
    assertEquals(await runCommandLine([...path, "--help"], io), ExitCode.done);
    assertStringIncludes(io.stdout, `Usage: cloudtolocalllm ${path.join(" ")} `);
    for (const flag of command.flags) assertStringIncludes(io.stdout, `--${flag.name}`);
    for (const argument of command.arguments) assertStringIncludes(io.stdout, `\n  ${argument.value.name} `);
    for (const [line] of command.examples) assertStringIncludes(io.stdout, `  cloudtolocalllm ${line}\n`);
    const prose = io.stdout.split("\n").filter((line) => !line.startsWith("  cloudtolocalllm"));
    assertEquals(prose.filter((line) => line.length > 80), []);
    assertEquals(io.stderr, "");
  });
}

Deno.test("runCommandLine() tells nobody of the commands that only the program calls", async () => {
  for (const { name } of hiddenCommands) {
    for (const words of [["--help"], ["completions", "bash"], ["completions", "zsh"], ["completions", "fish"]]) {
      const io = new FakeIo();
      assertEquals(await runCommandLine(words, io), ExitCode.done);
      assert(!io.stdout.includes(name), `${words.join(" ")} tells of ${name}`);
    }
    const io = new FakeIo();
    assertEquals(await runCommandLine([name.slice(0, -1)], io), ExitCode.usage);
    assert(!io.stderr.includes("did you mean"));
  }
});

Deno.test("runCommandLine() answers a mistyped command with what was meant, and 2", async () => {
  const io = new FakeIo();
  assertEquals(await runCommandLine(["statsu"], io), ExitCode.usage);
  assertEquals(io.stdout, "");
  assertEquals(
    io.stderr,
    'There is no command "statsu"; did you mean status?\nSee: cloudtolocalllm --help\n',
  );
});

Deno.test("runCommandLine() answers a mistyped flag with what was meant and the command's help", async () => {
  const io = new FakeIo();
  assertEquals(await runCommandLine(["models", "--jsno"], io), ExitCode.usage);
  assertEquals(io.stderr, "models has no flag --jsno; did you mean --json?\nSee: cloudtolocalllm models --help\n");
});

Deno.test("runCommandLine() suggests nothing where nothing is near", async () => {
  const io = new FakeIo();
  assertEquals(await runCommandLine(["fetch"], io), ExitCode.usage);
  assertEquals(io.stderr, 'There is no command "fetch"\nSee: cloudtolocalllm --help\n');
});

Deno.test("runCommandLine() ends quietly when the reader of its output has gone", async () => {
  const io = new FakeIo();
  io.outputClosed = true;
  assertEquals(await runCommandLine(["--help"], io), ExitCode.done);
  assertEquals(io.stderr, "");
});

Deno.test("runCommandLine() knows which short flag was meant in the other case", async () => {
  for (const [words, meant] of [[["-v"], "-V"], [["status", "-H"], "-h"]] as const) {
    const io = new FakeIo();
    assertEquals(await runCommandLine(words, io), ExitCode.usage);
    assertStringIncludes(io.stderr, `; did you mean ${meant}?\n`);
  }
  const io = new FakeIo();
  await runCommandLine(["-x"], io);
  assertEquals(io.stderr, "run has no flag -x\nSee: cloudtolocalllm run --help\n");
});
