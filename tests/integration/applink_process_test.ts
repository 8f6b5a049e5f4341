import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { freePort } from "../bench/free_port.ts";
import { selfCommand } from "../../src/core/self_command.ts";
import { inTime } from "../support/in_time.ts";
import { ModelServer } from "../support/model_server.ts";
import { OldApp } from "../support/old_app.ts";

const repository = new URL("../../", import.meta.url).pathname;
const wrapper = `${repository}packaging/compat/cloudtolocalllm-tray`;
/** Another HOME must not make the runtime compile everything again. */
const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
const cache = JSON.parse(new TextDecoder().decode(stdout)).denoDir;

/** A user without a desktop whose `cloudtolocalllm` is this program, with the permissions that it has. */
class User implements AsyncDisposable {
  readonly #children: Deno.ChildProcess[] = [];

  private constructor(readonly home: string) {}

  static async make(backend: string): Promise<User> {
    const user = new User(await Deno.makeTempDir({ prefix: "applink-user-" }));
    const { program, args } = selfCommand([], { mainModule: `file://${repository}main.ts` });
    const script = `#!/bin/sh\nexec '${program}' ${args.map((arg) => `'${arg}'`).join(" ")} "$@"\n`;
    await Deno.writeTextFile(`${user.home}/program`, script, { mode: 0o755 });
    await Deno.mkdir(`${user.home}/.config/cloudtolocalllm`, { recursive: true });
    const backends = [{ id: "local", kind: "ollama", url: backend, location: "local" }];
    const config = { version: 1, listen: { port: freePort() }, backends };
    await Deno.writeTextFile(`${user.home}/.config/cloudtolocalllm/config.json`, JSON.stringify(config));
    return user;
  }

  get portFile(): string {
    return `${this.home}/.cloudtolocalllm/tray_port`;
  }

  /** As the app does it. */
  startTray(): Deno.ChildProcess {
    const env = {
      HOME: this.home,
      XDG_RUNTIME_DIR: `${this.home}/run`,
      CLOUDTOLOCALLLM_PROGRAM: `${this.home}/program`,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${this.home}/none`,
      DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${this.home}/none`,
      DENO_DIR: cache,
      PATH: "/usr/bin:/bin",
    };
    const options = {
      args: ["--port", "0"],
      env,
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    } as const;
    const child = new Deno.Command(wrapper, { ...options, args: ["--port", "0"] }).spawn();
    this.#children.push(child);
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
    }
    await Deno.remove(this.home, { recursive: true });
  }
}

Deno.test("the app starts the daemon by its old name, is served, survives its death, and ends it", async () => {
  await using local = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using user = await User.make(local.url);
  const killed = user.startTray();
  using first = await OldApp.find(user.portFile);
  assertEquals(await first.ask("PING"), { status: "pong" });
  const data = { model: "llama3.2", messages: [{ role: "user", content: "Hi" }] };
  const answer = await first.ask("PROXY_REQUEST", { method: "POST", path: "/api/chat", data });
  assertStringIncludes(JSON.stringify(answer), "local model");
  await first.say("UPDATE_AUTH_TOKEN", { token: "sk-planted" });
  assertEquals(await first.ask("PING"), { status: "pong" });
  const file = await Deno.readTextFile(`${user.home}/.config/cloudtolocalllm/config.json`);
  assertStringIncludes(file, "https://api.cloudtolocalllm.online");
  assert(!file.includes("sk-planted"));

  // Once more while it runs: it ends at once, and the first goes on.
  assertEquals((await inTime("the second ends", user.startTray().status)).code, 0);
  assertEquals(await first.ask("PING"), { status: "pong" });

  killed.kill("SIGKILL");
  await killed.status;
  await first.ended;
  const left = await Deno.readTextFile(user.portFile);
  const again = user.startTray();
  using second = await OldApp.find(user.portFile);
  assert(await Deno.readTextFile(user.portFile) !== left);
  await second.ask("PING");
  await second.say("QUIT");
  assertEquals((await inTime("it ends", again.status)).code, 0);
  assertEquals(await Deno.lstat(user.portFile).catch(() => "gone"), "gone");
});
