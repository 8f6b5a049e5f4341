import { assertEquals, assertMatch, assertRejects, assertStringIncludes, fail } from "@std/assert";
import { ModelServer } from "../support/model_server.ts";

const repository = new URL("../../", import.meta.url).pathname;
const never = new Promise<never>(() => {});
/** Signals closer than a second are one: the time between two presses is what is tested. */
const betweenPresses = () => new Promise((resolve) => setTimeout(resolve, 1_100));

/** The program as a process of its own, without a terminal, and a client whose answer has begun and never ends. */
class Scene implements AsyncDisposable {
  readonly controlFile: string;
  readonly #home: string;
  readonly #model: ModelServer;
  readonly #process: Deno.ChildProcess;
  readonly #log: ReadableStreamDefaultReader<string>;
  #seen = "";

  private constructor(home: string, model: ModelServer) {
    this.#home = home;
    this.#model = model;
    this.controlFile = `${home}/cloudtolocalllm/control.json`;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "-P=daemon", "main.ts", "--port=0", `--config=${home}/config.json`],
      cwd: repository,
      env: { HOME: home, XDG_RUNTIME_DIR: home },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      // A test that waits for it must have an end.
      signal: AbortSignal.timeout(30_000),
    }).spawn();
    this.#log = this.#process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async start(): Promise<Scene> {
    const home = await Deno.makeTempDir();
    const model = await ModelServer.start({ name: "local", dialect: "ollama" });
    const backends = [{ id: "local", kind: "ollama", url: model.url, location: "local" }];
    await Deno.writeTextFile(`${home}/config.json`, JSON.stringify({ version: 1, backends }));
    const scene = new Scene(home, model);
    await scene.logged("Ready");
    return scene;
  }

  async follow(): Promise<ReadableStreamDefaultReader<string>> {
    this.#model.always = { kind: "stall_after", frames: 2, until: never };
    const { url } = JSON.parse(await Deno.readTextFile(this.controlFile));
    const body = JSON.stringify({ model: "llama3.2", messages: [{ role: "user", content: "hi" }] });
    const response = await fetch(`${url}/api/chat`, { method: "POST", body });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    return reader;
  }

  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async logged(words: string): Promise<void> {
    while (!this.#seen.includes(words)) {
      this.#seen += (await this.#log.read()).value ?? fail(`The daemon ended: ${this.#seen}`);
    }
  }

  async ended(): Promise<number> {
    while (!(await this.#log.read()).done);
    return (await this.#process.status).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended, as it should.
    }
    await this.#log.cancel();
    await this.#process.status;
    await this.#model[Symbol.asyncDispose]();
    await Deno.remove(this.#home, { recursive: true });
  }
}

async function rest(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  return text;
}

Deno.test("one Ctrl-C that arrives twice lets a stream go on; a second one ends it with an error", async () => {
  await using scene = await Scene.start();
  const answer = await scene.follow();
  scene.signal("SIGINT");
  await scene.logged("Stopping");
  scene.signal("SIGINT");
  await betweenPresses();
  await Deno.stat(scene.controlFile);
  scene.signal("SIGINT");
  const text = await rest(answer);
  assertStringIncludes(text, "shutting down");
  assertMatch(text.trimEnd().split("\n").at(-1)!, /^\{"error":/);
  assertEquals(await scene.ended(), 0);
  await assertRejects(() => Deno.stat(scene.controlFile), Deno.errors.NotFound);
});

Deno.test("a daemon without a terminal goes on at SIGHUP", async () => {
  await using scene = await Scene.start();
  scene.signal("SIGHUP");
  const answer = await scene.follow();
  await answer.cancel();
  scene.signal("SIGTERM");
  assertEquals(await scene.ended(), 0);
});
