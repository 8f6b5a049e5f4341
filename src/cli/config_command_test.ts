import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function config(folder: string, ...words: string[]): Promise<{ code: ExitCode; io: FakeIo }> {
  const io = new FakeIo({ env: { HOME: "/nowhere", XDG_CONFIG_HOME: folder } });
  return { code: await runCommandLine(["config", ...words], io), io };
}

async function write(folder: string, content: unknown): Promise<string> {
  const path = `${folder}/cloudtolocalllm/config.json`;
  await Deno.mkdir(`${folder}/cloudtolocalllm`, { recursive: true });
  await Deno.writeTextFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

Deno.test("config path prints where the file is", async () => {
  const { code, io } = await config("/etc/xdg-home", "path");
  assertEquals([code, io.stdout], [ExitCode.done, "/etc/xdg-home/cloudtolocalllm/config.json\n"]);
});

Deno.test("config show prints what the file says with every default, and says when there is none", () =>
  inFolder(async (folder) => {
    const defaults = await config(folder, "show");
    assertEquals(defaults.code, ExitCode.done);
    assertMatch(defaults.io.stderr, /these are the defaults/);
    assertEquals(JSON.parse(defaults.io.stdout).listen.port, 11_435);
    await write(folder, { version: 1, listen: { port: 4_000 } });
    const { io } = await config(folder, "show");
    const shown = JSON.parse(io.stdout);
    assertEquals([shown.listen.port, shown.listen.host, io.stderr], [4_000, "127.0.0.1", ""]);
  }));

Deno.test("config validate passes a good file and the absence of one", () =>
  inFolder(async (folder) => {
    const none = await config(folder, "validate");
    assertEquals(none.code, ExitCode.done);
    assertMatch(none.io.stdout, /the defaults are used/);
    const path = await write(folder, { version: 1 });
    const { code, io } = await config(folder, "validate");
    assertEquals([code, io.stdout], [ExitCode.done, `${path} is valid\n`]);
    assertEquals((await config("/nowhere", "validate", path)).code, ExitCode.done);
  }));

Deno.test("config validate and show fail with every problem of a bad file", () =>
  inFolder(async (folder) => {
    await write(folder, { version: 1, listen: { port: 99_999 }, route: { mod: "fastest" } });
    for (const words of ["validate", "show"]) {
      const { code, io } = await config(folder, words);
      assertEquals([code, io.stdout], [ExitCode.failed, ""]);
      assertStringIncludes(io.stderr, "listen.port");
      assertStringIncludes(io.stderr, "route.mod");
    }
    await write(folder, "{");
    assertEquals((await config(folder, "validate")).code, ExitCode.failed);
  }));

Deno.test("config path, show and validate take the file of --config", () =>
  inFolder(async (folder) => {
    const path = await write(folder, { version: 1, listen: { port: 4_000 } });
    assertEquals((await config("/nowhere", "path", "--config", path)).io.stdout, `${path}\n`);
    assertEquals((await config("/nowhere", "path", "--config", "x.json")).io.stdout, `${Deno.cwd()}/x.json\n`);
    assertEquals(JSON.parse((await config("/nowhere", "show", "--config", path)).io.stdout).listen.port, 4_000);
    assertEquals((await config("/nowhere", "validate", "--config", path)).io.stdout, `${path} is valid\n`);
    const both = await config("/nowhere", "show", path, "--config", path);
    assertEquals(both.code, ExitCode.usage);
    assertMatch(both.io.stderr, /^config show takes FILE or --config FILE, received both\n/);
  }));

Deno.test("config validate fails for a host beyond loopback without a client key", () =>
  inFolder(async (folder) => {
    await write(folder, { version: 1, listen: { host: "0.0.0.0" } });
    const { code, io } = await config(folder, "validate");
    assertEquals([code, io.stdout], [ExitCode.failed, ""]);
    assertMatch(io.stderr, /\n {2}listen\.clientKey: must be set when listen\.host is 0\.0\.0\.0/);
  }));

Deno.test("config validate warns of secrets that are not set", () =>
  inFolder(async (folder) => {
    const backend = (id: string, enabled: boolean) => (
      { id, kind: "openai", url: "https://h/v1", location: "cloud", secret: id, enabled }
    );
    const listen = { host: "0.0.0.0", clientKey: "home-key" };
    const path = await write(folder, { version: 1, listen, backends: [backend("off", false), backend("on", true)] });
    const { code, io } = await config(folder, "validate");
    assertEquals([code, io.stderr], [ExitCode.done, ""]);
    assertEquals(
      io.stdout,
      `${path} is valid, but:
  listen.clientKey: "home-key" is not set: cloudtolocalllm secret set home-key; without it the daemon does not start
  backends[1].secret: "on" is not set: cloudtolocalllm secret set on; without it "on" is not asked
`,
    );
    const set = new FakeIo({
      env: {
        HOME: "/nowhere",
        XDG_CONFIG_HOME: folder,
        CLOUDTOLOCALLLM_SECRET_HOME_KEY: "a",
        CLOUDTOLOCALLLM_SECRET_ON: "b",
      },
    });
    await runCommandLine(["config", "validate"], set);
    assertEquals(set.stdout, `${path} is valid\n`);
  }));

Deno.test("config validate fails for a file named that is not there", async () => {
  const { code, io } = await config("/nowhere", "validate", "/nowhere/x.json");
  assertEquals([code, io.stderr], [ExitCode.failed, "Cannot read /nowhere/x.json: there is no such file\n"]);
});

Deno.test("config schema prints, writes and checks the JSON Schema", () =>
  inFolder(async (folder) => {
    const printed = await config(folder, "schema");
    assertEquals(typeof JSON.parse(printed.io.stdout).properties, "object");
    const path = `${folder}/schema.json`;
    assertEquals((await config(folder, "schema", "--check", path)).code, ExitCode.failed);
    assertEquals((await config(folder, "schema", "--write", path)).code, ExitCode.done);
    assertEquals(await Deno.readTextFile(path), printed.io.stdout);
    const current = await config(folder, "schema", "--check", path);
    assertEquals([current.code, current.io.stdout, current.io.stderr], [ExitCode.done, "", ""]);
    await Deno.writeTextFile(path, printed.io.stdout.replace("11435", "11436"));
    const stale = await config(folder, "schema", "--check", path);
    assertEquals(stale.code, ExitCode.failed);
    assertEquals(
      stale.io.stderr,
      `${path} is not current; renew it with: cloudtolocalllm config schema --write ${path}\n`,
    );
  }));
