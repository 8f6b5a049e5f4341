import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../bench/free_port.ts";
import { inTime } from "../support/in_time.ts";
import { isBusMissing, PrivateBus } from "../support/private_bus.ts";

const repository = new URL("../../", import.meta.url).pathname;
/** Another HOME must not make the runtime fetch and compile everything again. */
const cache = JSON.parse(
  new TextDecoder().decode((await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output()).stdout),
).denoDir;

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A user's session: a bus, a home, and a program that notes what is opened. */
class Session implements AsyncDisposable {
  readonly #children: Deno.ChildProcess[] = [];

  private constructor(readonly bus: PrivateBus, readonly folder: string, readonly port: number) {}

  static async start(): Promise<Session> {
    const folder = await Deno.makeTempDir({ prefix: "second-start-" });
    const session = new Session(await PrivateBus.start(), folder, freePort());
    const opener =
      `#!/bin/sh\nprintf '%s\\n' "$*" >> "${folder}/opened.part"\nmv "${folder}/opened.part" "${folder}/opened"\n`;
    await Deno.mkdir(`${folder}/bin`);
    await Deno.writeTextFile(`${folder}/bin/xdg-open`, opener, { mode: 0o755 });
    await session.configure("config", session.port);
    return session;
  }

  /** A home of settings for a daemon on `port`. */
  async configure(home: string, port: number): Promise<void> {
    await Deno.mkdir(`${this.folder}/${home}/cloudtolocalllm`, { recursive: true });
    const text = JSON.stringify({ version: 1, listen: { port }, backends: [] });
    await Deno.writeTextFile(`${this.folder}/${home}/cloudtolocalllm/config.json`, text, { mode: 0o600 });
  }

  /** Starts the program as a user does; `home` is where its settings are. */
  start({ args = [], home = "config" }: { args?: string[]; home?: string } = {}): Started {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "-P=daemon", `${repository}main.ts`, "run", ...args],
      clearEnv: true,
      env: {
        PATH: `${this.folder}/bin:/usr/bin:/bin`,
        HOME: this.folder,
        XDG_CONFIG_HOME: `${this.folder}/${home}`,
        XDG_RUNTIME_DIR: this.folder,
        DBUS_SESSION_BUS_ADDRESS: this.bus.address,
        DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${this.folder}/none`,
        DENO_DIR: cache,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#children.push(child);
    return new Started(child);
  }

  /** What the daemon opened for the user. */
  async opened(): Promise<string> {
    const read = async () => {
      using watch = Deno.watchFs(this.folder);
      const now = () => Deno.readTextFile(`${this.folder}/opened`).catch(() => undefined);
      for (let text = await now();; text = await now()) {
        if (text !== undefined) return text;
        await watch[Symbol.asyncIterator]().next();
      }
    };
    return await inTime("something is opened", read());
  }

  async hasOpened(): Promise<boolean> {
    return await Deno.stat(`${this.folder}/opened`).then(() => true, () => false);
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
    await this.bus[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

class Started {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Promise<string>;
  readonly #ended: Promise<void>;
  #stderr = "";
  readonly #waiting = new Set<() => void>();

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#stdout = new Response(child.stdout).text();
    this.#ended = this.#follow();
  }

  async logged(words: string): Promise<string> {
    const met = Promise.withResolvers<void>();
    const look = () => this.#stderr.includes(words) && met.resolve();
    this.#waiting.add(look);
    look();
    const over = this.#ended.then(() => Promise.reject(new Error(`It has ended: ${this.#stderr}`)));
    await inTime(`the log says "${words}"`, Promise.race([met.promise, over]));
    this.#waiting.delete(look);
    return this.#stderr;
  }

  async ended(): Promise<Ended> {
    const { code } = await inTime("the program ends", this.#child.status);
    await this.#ended;
    return { code, stdout: await this.#stdout, stderr: this.#stderr };
  }

  stop(): Promise<Ended> {
    this.#child.kill("SIGTERM");
    return this.ended();
  }

  async #follow(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr += text;
      for (const look of [...this.#waiting]) look();
    }
  }
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: isBusMissing ? `${name} (not installed: dbus-daemon)` : name, ignore: isBusMissing, fn });
}

async function hasTheName({ bus }: Session): Promise<void> {
  const peer = await bus.connect();
  const owned = Promise.withResolvers<void>();
  await peer.watchName("online.cloudtolocalllm.CloudToLocalLLM", (owner) => owner && owned.resolve());
  await inTime("the daemon is on the bus", owned.promise);
}

test("started a second time, the program opens the settings of the first and is done", async () => {
  await using session = await Session.start();
  const first = session.start();
  await first.logged("Ready");
  await hasTheName(session);
  const { code, stdout, stderr } = await session.start().ended();
  const address = `http://127.0.0.1:${session.port}`;
  assertEquals([code, stdout, stderr], [
    0,
    `CloudToLocalLLM runs already at ${address}; its settings are opened\n`,
    "",
  ]);
  assertMatch(await session.opened(), /^http:\/\/127\.0\.0\.1:\d+\/settings\/enter\?key=[\w-]{43}\n$/);
  const end = await first.stop();
  assertEquals([end.code, end.stdout], [0, ""]);
});

test("a daemon whose settings name another port gives way to the one of the session", async () => {
  await using session = await Session.start();
  await session.configure("other", 0);
  const first = session.start();
  await first.logged("Ready");
  await hasTheName(session);
  const { code, stderr } = await session.start({ home: "other" }).ended();
  assertEquals(code, 0);
  assertStringIncludes(stderr, "Another daemon of this session runs; its settings are opened and this one ends");
  assertStringIncludes(stderr, "Stopped");
  assertMatch(await session.opened(), /^http:\/\/127\.0\.0\.1:\d+\/settings\/enter\?key=[\w-]{43}\n$/);
});

test("of five that are started at once one runs, and the others end as a second start does", async () => {
  await using session = await Session.start();
  const all = Array.from({ length: 5 }, () => session.start());
  const first = await Promise.any(all.map(async (started) => {
    await started.logged("Ready");
    return started;
  }));
  const others = await Promise.all(all.filter((started) => started !== first).map((started) => started.ended()));
  const said = `CloudToLocalLLM runs already at http://127.0.0.1:${session.port}; its settings are opened\n`;
  assertEquals(others, Array(4).fill({ code: 0, stdout: said, stderr: "" }));
  assertEquals((await first.stop()).code, 0);
});

test("with --unless-running a second start ends quietly, and without a bus as well", async () => {
  await using session = await Session.start();
  await session.configure("other", 0);
  const first = session.start();
  await first.logged("Ready");
  await hasTheName(session);
  const args = ["--unless-running"];
  assertEquals(await session.start({ args }).ended(), { code: 0, stdout: "", stderr: "" });
  const elsewhere = await session.start({ args, home: "other" }).ended();
  assertEquals([elsewhere.code, elsewhere.stdout], [0, ""]);
  assertStringIncludes(elsewhere.stderr, "Another daemon of this session runs; this one ends");
  await session.bus.stop();
  assertEquals(await session.start({ args }).ended(), { code: 0, stdout: "", stderr: "" });
  assertEquals((await first.stop()).code, 0);
  assertEquals(await session.hasOpened(), false);
});

test("a daemon that was asked for on another port runs beside the first", async () => {
  await using session = await Session.start();
  const first = session.start();
  await first.logged("Ready");
  await hasTheName(session);
  const beside = session.start({ args: ["--port", "0"] });
  await beside.logged("Another daemon stands for this session; this one runs without tray and notifications");
  assertEquals((await beside.stop()).code, 0);
  assertEquals((await first.stop()).code, 0);
});

test("a port that another program holds stays an error, also where a daemon of the session runs elsewhere", async () => {
  await using session = await Session.start();
  await session.configure("other", 0);
  const options = { hostname: "127.0.0.1", port: session.port, onListen() {} };
  await using _holder = Deno.serve(options, () => new Response("not ours"));
  const alone = await session.start().ended();
  const first = session.start({ home: "other" });
  await first.logged("Ready");
  await hasTheName(session);
  const second = await session.start().ended();
  for (const { code, stdout, stderr } of [alone, second]) {
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, `Cannot listen on 127.0.0.1:${session.port}: another program holds the port`);
  }
});
