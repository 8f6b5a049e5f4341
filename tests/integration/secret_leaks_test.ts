import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { freePort } from "../bench/free_port.ts";
import { inTime } from "../support/in_time.ts";
import { KeyringDaemon, keyringTest } from "../support/keyring_daemon.ts";
import { ModelServer } from "../support/model_server.ts";

const repository = new URL("../../", import.meta.url).pathname;
/** Another HOME must not make the runtime fetch and compile everything again. */
const cache = JSON.parse(
  new TextDecoder().decode((await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output()).stdout),
).denoDir;

/** In none of its usual forms may it be found. */
const token = 'sk-planted "token"/1';
const forms = [token, JSON.stringify(token).slice(1, -1), encodeURIComponent(token), btoa(token)];

interface Ended {
  code: number;
  output: string;
}

/** A user's session: a keyring, a cloud that repeats the token in its errors, and the program as processes. */
class Session implements AsyncDisposable {
  /** What was seen, by where. */
  readonly seen = new Map<string, string>();
  readonly #children: Deno.ChildProcess[] = [];

  private constructor(readonly keyring: KeyringDaemon, readonly cloud: ModelServer, readonly port: number) {}

  static async start(): Promise<Session> {
    const cloud = await ModelServer.start({ name: "cloud", dialect: "openai", token });
    const session = new Session(await KeyringDaemon.start(), cloud, freePort());
    await Deno.mkdir(`${session.folder}/config/cloudtolocalllm`, { recursive: true });
    const backends = [{ id: "cloud", kind: "openai", url: cloud.url, location: "cloud", secret: "work" }];
    const config = { version: 1, listen: { port: session.port }, log: { level: "debug" }, backends };
    await Deno.writeTextFile(session.configFile, JSON.stringify(config));
    return session;
  }

  get folder(): string {
    return this.keyring.folder;
  }

  get configFile(): string {
    return `${this.folder}/config/cloudtolocalllm/config.json`;
  }

  get stateDir(): string {
    return `${this.folder}/state/cloudtolocalllm`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  spawn(args: string[], stdin: "null" | "piped" = "null", { hasBus = true } = {}): Deno.ChildProcess {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "-P=daemon", `${repository}main.ts`, ...args],
      clearEnv: true,
      env: {
        PATH: "/usr/bin:/bin",
        ...this.keyring.env,
        XDG_CONFIG_HOME: `${this.folder}/config`,
        XDG_STATE_HOME: `${this.folder}/state`,
        DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${this.folder}/none`,
        ...(hasBus ? {} : { DBUS_SESSION_BUS_ADDRESS: `unix:path=${this.folder}/none` }),
        DENO_DIR: cache,
      },
      stdin,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#children.push(child);
    return child;
  }

  /** Runs a command; while it waits for its input, the tables of processes are looked at. */
  async command(args: string[], { input, ...options }: { input?: string; hasBus?: boolean } = {}): Promise<Ended> {
    const child = this.spawn(args, input === undefined ? "null" : "piped", options);
    if (input !== undefined) {
      const writer = child.stdin.getWriter();
      await this.lookAtProcesses();
      await writer.write(new TextEncoder().encode(input));
      await writer.close();
    }
    const { code, stdout, stderr } = await inTime(args.join(" "), child.output());
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    this.see(`output of ${args.slice(0, 2).join(" ")}`, output);
    return { code, output };
  }

  see(where: string, text: string): void {
    this.seen.set(where, `${this.seen.get(where) ?? ""}${text}\n`);
  }

  /** Command lines of every process, and the environment of those of this session. */
  async lookAtProcesses(): Promise<void> {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const read = (file: string) => Deno.readTextFile(`/proc/${name}/${file}`).catch(() => "");
      const environment = await read("environ");
      this.see("command lines", await read("cmdline"));
      if (environment.includes(this.folder)) this.see("environments", environment);
    }
  }

  /** Every file below the session's folder but the keyring's own, and but `except`. */
  async lookAtFiles(except?: string): Promise<void> {
    const look = async (folder: string): Promise<void> => {
      for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
        const path = `${folder}/${name}`;
        if (isDirectory) await look(path);
        else if (isFile && path !== except) this.see(path, await Deno.readTextFile(path));
      }
    };
    await look(this.folder);
  }

  assertClean(): void {
    for (const [where, text] of this.seen) {
      for (const form of forms) assert(!text.includes(form), `The token is in the ${where}: ${text.slice(0, 2_000)}`);
    }
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
    await this.keyring[Symbol.asyncDispose]();
    await this.cloud[Symbol.asyncDispose]();
  }
}

/** A daemon as a process, whose output is read as it comes. */
async function startDaemon(session: Session, options: { hasBus?: boolean } = {}) {
  const child = session.spawn(["run"], "null", options);
  const stdout = new Response(child.stdout).text();
  let log = "";
  const ready = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      log += text;
      if (/Ready/.test(log)) ready.resolve();
    }
  })();
  await inTime("the daemon is ready", ready.promise);
  const { token: bearer } = JSON.parse(await Deno.readTextFile(`${session.folder}/cloudtolocalllm/control.json`));
  return {
    async control(path: string, init: RequestInit = {}): Promise<string> {
      const headers = { authorization: `Bearer ${bearer}` };
      const text = await (await fetch(`${session.url}/control/v1/${path}`, { ...init, headers })).text();
      session.see(`answer to ${path}`, text);
      return text;
    },
    /** Ends it as a crash does. */
    async crash(): Promise<void> {
      child.kill("SIGABRT");
      await child.status;
      await reading;
      session.see("daemon's output", log + await stdout);
    },
  };
}

async function ask(session: Session, path: string, stream: boolean): Promise<void> {
  const body = JSON.stringify({ model: "llama3.2", stream, messages: [{ role: "user", content: "hi" }] });
  const response = await fetch(session.url + path, { method: "POST", body });
  session.see(`answer to ${path}`, await response.text() + JSON.stringify([...response.headers]));
}

/** Everything in which a backend's words may come through. */
async function beBusy(session: Session): Promise<void> {
  const words = `You sent ${token}, which I do not like`;
  const body = JSON.stringify({ error: { message: words } });
  for (const path of ["/api/chat", "/v1/chat/completions"]) {
    for (const stream of [true, false]) {
      session.cloud.script(
        { kind: "status", status: 400, body },
        { kind: "first_event_error", message: words },
        { kind: "first_event_error", message: words },
        { kind: "error_line_after", frames: 1, message: words },
        { kind: "status", status: 401, body },
      );
      for (let i = 0; i < 4; i++) await ask(session, path, stream);
    }
  }
}

keyringTest("a token is nowhere but with its backend and in the keyring, also after a crash", async () => {
  await using session = await Session.start();
  const daemon = await startDaemon(session);
  const set = await session.command(["secret", "set", "work"], { input: `${token}\n` });
  assertEquals([set.code, set.output], [0, '"work" is kept in the keyring\n']);
  assertEquals(await session.keyring.secretTool(["lookup", "application", "cloudtolocalllm", "name", "work"]), token);
  await ask(session, "/api/chat", true);
  assertStringIncludes(session.seen.get("answer to /api/chat")!, "cloud:ok");
  await beBusy(session);
  const commands = [["secret", "list"], ["secret", "list", "--json"], ["status", "--json"], ["test"], ["models"]];
  for (const args of [...commands, ["config", "show"], ["chat", "llama3.2", "hi"]]) await session.command(args);
  for (const path of ["status", "models", "mode", "pause", "secrets"]) await daemon.control(path);
  await daemon.control("backends/cloud/test", { method: "POST" });
  const put = { method: "PUT", body: JSON.stringify({ value: `${token}\n${token}` }) };
  assertStringIncludes(await daemon.control("secrets/work", put), "line break");
  session.see("metrics", await (await fetch(`${session.url}/metrics`)).text());
  await session.lookAtProcesses();
  await daemon.crash();
  await session.lookAtFiles();
  assert([...session.seen.keys()].some((where) => where.startsWith(`${session.folder}/config`)));
  assert(session.cloud.requests.some(({ headers }) => headers.get("authorization") === `Bearer ${token}`));
  session.assertClean();
});

keyringTest("a token that the user agreed to keep in a file is in that file alone", async () => {
  await using session = await Session.start();
  const daemon = await startDaemon(session, { hasBus: false });
  const refused = await session.command(["secret", "set", "work"], { input: token, hasBus: false });
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.output, "secret set work --insecure-file");
  const agreed = ["secret", "set", "work", "--insecure-file"];
  assertEquals((await session.command(agreed, { input: token, hasBus: false })).code, 0);
  await ask(session, "/api/chat", true);
  assertStringIncludes(session.seen.get("answer to /api/chat")!, "cloud:ok");
  await beBusy(session);
  await session.lookAtProcesses();
  await daemon.crash();
  const file = `${session.stateDir}/secrets.json`;
  assertEquals(JSON.parse(await Deno.readTextFile(file)).secrets, { work: token });
  await session.lookAtFiles(file);
  session.assertClean();
});
