import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { commandPaths } from "./completion_words.ts";

async function scriptFor(shell: string): Promise<string> {
  const io = new FakeIo();
  assertEquals(await runCommandLine(["completions", shell], io), 0);
  return io.stdout;
}

/** The output of `shell` for a program on its standard input; `undefined` where it is not installed. */
async function runShell(shell: string, args: string[], input: string): Promise<string | undefined> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(shell, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { stdout, stderr } = await child.output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

async function isInstalled(shell: string): Promise<boolean> {
  return await runShell(shell, ["-c", "exit"], "") !== undefined;
}

const installed = Object.fromEntries(
  await Promise.all(["bash", "zsh", "fish"].map(async (shell) => [shell, await isInstalled(shell)] as const)),
);

/** A missing shell fails in CI, where tests/install_programs.sh has run, and is skipped elsewhere. */
const isSkipped = (shell: string) => !installed[shell] && Deno.env.get("CI") === undefined;

for (const shell of ["bash", "zsh", "fish"]) {
  Deno.test({
    name: `completions ${shell} is a script that ${shell} can read`,
    ignore: isSkipped(shell),
    fn: async () => assertEquals(await runShell(shell, ["-n"], await scriptFor(shell)), ""),
  });

  Deno.test(`completions ${shell} knows every command and flag`, async () => {
    const script = await scriptFor(shell);
    for (const { path, command } of commandPaths()) {
      assertStringIncludes(script, path.at(-1)!);
      for (const flag of command.flags) assertStringIncludes(script, flag.name);
    }
  });
}

const modes = ["local-first", "cloud-first", "local-only", "cloud-only", "fastest"];

/** What is typed, word by word, and what completes the last one. */
const lines: [typed: string[], offered: string[]][] = [
  [["st"], ["start", "stop", "status"]],
  [["mod"], ["mode", "models"]],
  [["config", ""], ["path", "show", "validate", "schema", "--help", "-h"]],
  [["config", "sc"], ["schema"]],
  [["config", "schema", "--"], ["--check", "--write", "--help"]],
  [["status", "--j"], ["--json"]],
  [["pause", ""], ["--help", "-h"]],
  [["res"], ["restart", "resume"]],
  [["mode", ""], [...modes, "--help", "-h"]],
  [["mode", "fastest", "l"], []],
  [["run", "--mode", "cloud"], ["cloud-first", "cloud-only"]],
  [["run", "--mode", "="], modes],
  [["run", "--mode", "=", "f"], ["fastest"]],
  [["run", "--host", "mode", "--m"], ["--mode"]],
  [["--log-level", ""], ["debug", "info", "warn", "error"]],
  [["completions", "z"], ["zsh"]],
  [["chat", "mode", "--sy"], ["--system"]],
];

Deno.test({
  name: "completions bash offers what fits at each place",
  ignore: isSkipped("bash"),
  async fn() {
    const calls = lines.map(([typed]) => {
      const words = ["cloudtolocalllm", ...typed].map((word) => `'${word}'`).join(" ");
      return `COMP_WORDS=(${words}); COMP_CWORD=${typed.length}; COMPREPLY=(); _cloudtolocalllm; echo "\${COMPREPLY[*]}"`;
    });
    const output = await runShell("bash", ["--norc"], [await scriptFor("bash"), ...calls].join("\n"));
    assertEquals(output?.trimEnd().split("\n"), lines.map(([, offered]) => offered.join(" ")));
  },
});

Deno.test({
  name: "completions bash keeps a file name with spaces whole",
  ignore: isSkipped("bash"),
  async fn() {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/my config.json`, "");
    const call = `COMP_WORDS=(cloudtolocalllm config validate '${folder}/my'); COMP_CWORD=3; _cloudtolocalllm`;
    const program = `${await scriptFor("bash")}\n${call}\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    assertEquals(await runShell("bash", ["--norc"], program), `${folder}/my config.json\n`);
    await Deno.remove(folder, { recursive: true });
  },
});
