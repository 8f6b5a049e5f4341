import { assertEquals, assertMatch, fail } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";

const main = new URL("../../main.ts", import.meta.url).pathname;

function command(args: string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=daemon", main, ...args],
    cwd: new URL("../..", import.meta.url).pathname,
    env,
    stdin: "null",
    // A test that waits for it must have an end.
    signal: AbortSignal.timeout(30_000),
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(args: string[], env: Record<string, string> = {}): Promise<Deno.CommandOutput> {
  return await command(args, env).output();
}

function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("main.ts prints the version of deno.json", async () => {
  const { code, stdout } = await run(["--version"]);
  assertEquals([code, textOf(stdout)], [0, `cloudtolocalllm ${manifest.version}\n`]);
});

Deno.test("main.ts ends with 2 at a command that it does not know", async () => {
  const { code, stderr } = await run(["statsu"]);
  assertEquals(code, 2);
  assertMatch(textOf(stderr), /did you mean status\?\nSee: deno task start --help\n$/);
});

Deno.test("main.ts ends with 3 where no daemon runs, within its permissions", async () => {
  const { code, stderr } = await run(["status"], { XDG_RUNTIME_DIR: "/nowhere" });
  assertEquals([code, textOf(stderr)], [3, "The daemon is not running\nStart it with: deno task start start\n"]);
});

Deno.test("main.ts settings prints the link where no program opens it, within its permissions", async () => {
  const url = "http://127.0.0.1:11435/settings/enter?key=abc";
  await using daemon = await FakeDaemon.start({ "POST /control/v1/login-link": () => Response.json({ url }) });
  const env = { ...daemon.env, DISPLAY: ":9", DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere/bus", PATH: "/nowhere" };
  const { code, stdout, stderr } = await run(["settings"], env);
  const why = "xdg-open is not installed (package xdg-utils). Open this link yourself, within a minute:\n";
  assertEquals([code, textOf(stdout), textOf(stderr)], [0, `${url}\n`, why]);
});

Deno.test("main.ts ends with 0 when the reader of its output leaves", async () => {
  const child = command(["config", "schema"]).spawn();
  await child.stdout.cancel();
  const stderr = textOf(new Uint8Array(await new Response(child.stderr).arrayBuffer()));
  assertEquals([(await child.status).code, stderr], [0, ""]);
});

Deno.test("main.ts runs a daemon that the other commands find, and that SIGTERM ends with 0", async () => {
  const home = await Deno.makeTempDir();
  const env = { HOME: home, XDG_RUNTIME_DIR: home, XDG_CONFIG_HOME: home, XDG_STATE_HOME: home };
  const child = command(["run", "--port", "0", "--log-format", "json"], env).spawn();
  let hasEnded = false;
  try {
    const log = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes('"Ready"')) seen += (await log.read()).value ?? fail(`The daemon ended: ${seen}`);
    const status = await run(["status", "--json"], env);
    assertEquals([status.code, textOf(status.stderr)], [0, ""]);
    const { listen } = JSON.parse(textOf(status.stdout));
    const second = await run(["run", "--port", new URL(listen).port], env);
    assertEquals(second.code, 1);
    assertMatch(textOf(second.stderr), new RegExp(`process ${child.pid}\\b`));
    child.kill("SIGTERM");
    while (!(await log.read()).done);
    assertEquals((await child.status).code, 0);
    hasEnded = true;
    assertEquals((await run(["status"], env)).code, 3);
  } finally {
    await child.stdout.cancel();
    if (!hasEnded) child.kill("SIGKILL");
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("main.ts finds each command in a bundle", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const bundle = `${folder}/bundle.js`;
    const args = ["bundle", "--quiet", "-o", bundle, main];
    const built = await new Deno.Command(Deno.execPath(), { args, cwd: new URL("../..", import.meta.url).pathname })
      .output();
    assertEquals([built.code, textOf(built.stderr)], [0, ""]);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--allow-env", bundle, "completions", "bash"],
      cwd: folder,
    }).output();
    assertEquals(code, 0);
    assertMatch(textOf(stdout), /complete -F _cloudtolocalllm cloudtolocalllm\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
