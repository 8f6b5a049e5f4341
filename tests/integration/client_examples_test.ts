import { assertEquals, assertMatch } from "@std/assert";
import { ClientWorkshop, examples, type Runtime } from "../support/client_workshop.ts";
import { DaemonHome } from "../support/daemon_home.ts";
import { inTime } from "../support/in_time.ts";
import { ModelServer } from "../support/model_server.ts";
import { hasProgram } from "../support/private_bus.ts";

const vectors = "2 vectors of 8 figures\n";
const expected: Record<string, RegExp> = {
  "chat.mjs": /^Hello from the local model\. You said: Why is the sky blue\?\nanswered by local\nasked local: ok\n$/,
  "models.mjs": new RegExp(
    `^pulling manifest\n[^]*: 50 %\n[^]*success\n[^]*llama3\\.2:latest on local\n[^]*${vectors}Hello from .* tokens\\)\n$`,
  ),
  "tools.mjs": /^the model wants get_weather\(city\)\nHello from the local model\./,
  "status.mjs":
    /^connected: a request goes to local\n(local-only: the cloud is paused until .*\n)+(the mode is local-first\n)*the mode is cloud-only\n$/,
  "errors.mjs": /^Hello from the local model\. You said: Hello\nno backend has no-such-model\n$/,
};

for (const runtime of ["deno", "node"] as const) {
  const isMissing = !hasProgram(runtime === "node" ? "node" : Deno.execPath()) && Deno.env.get("CI") === undefined;
  Deno.test({
    name: `every example of the client library runs in ${runtime}`,
    ignore: isMissing,
    async fn() {
      await using model = await ModelServer.start({ name: "local", dialect: "ollama" });
      const backends = [{ id: "local", kind: "ollama" as const, url: model.url, location: "local" as const }];
      await using home = await DaemonHome.make(backends);
      await using workshop = await ClientWorkshop.make();
      await home.start();
      for (const [example, wanted] of Object.entries(expected)) {
        assertMatch(await workshop.run(runtime, example, home.env), wanted, example);
        await setMode(home, "local-first");
      }
      await home.kill();
      await runStart(home, workshop, runtime);
    },
  });
}

/** The daemon outlives the program that started it. */
async function runStart(home: DaemonHome, workshop: ClientWorkshop, runtime: Runtime): Promise<void> {
  await Deno.mkdir(`${home.folder}/bin`);
  const command = home.command().slice(0, -1).map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${home.folder}/bin/cloudtolocalllm`, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  const env = { ...home.env, PATH: `${home.folder}/bin:${home.env.PATH}` };
  const said = await inTime("the daemon is started", workshop.run(runtime, "start.mjs", env));
  const { url, pid, token } = await home.control();
  try {
    const link = `open this within a minute: ${url}/settings/enter`;
    assertEquals(said.split("?")[0], `the daemon is at ${url}\n${link}`);
    const response = await fetch(`${url}/control/v1/status`, { headers: { authorization: `Bearer ${token}` } });
    assertEquals((await response.json()).pid, pid);
  } finally {
    Deno.kill(pid, "SIGKILL");
  }
}

async function setMode(home: DaemonHome, mode: string): Promise<void> {
  const { url, token } = await home.control();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/control/v1/mode`, { method: "PUT", headers, body: JSON.stringify({ mode }) });
  await response.body?.cancel();
}

Deno.test("no example of the client library is left untested", async () => {
  const files = (await Array.fromAsync(Deno.readDir(examples))).map(({ name }) => name);
  assertEquals(files.sort(), [...Object.keys(expected), "page.html", "start.mjs"].sort());
});

Deno.test("the bundle of the client library has all that its types say, and nothing beside", async () => {
  await using workshop = await ClientWorkshop.make();
  const folder = `${workshop.folder}/node_modules/@cloudtolocalllm/client`;
  const types = await Deno.readTextFile(`${folder}/client.d.ts`);
  const declared = [...types.matchAll(/^export declare (?:abstract )?(?:class|function|const) (\w+)/gm)].map((
    [, name],
  ) => name);
  assertEquals(declared.sort(), Object.keys(await import(`${folder}/client.js`)).sort());
  assertEquals([...types.matchAll(/^import .*/gm)], []);
  const script = await Deno.readTextFile(`${folder}/client.js`);
  assertEquals([...script.matchAll(/^\s*import .*/gm)], []);
  const program = `// @ts-types="${folder}/client.d.ts"
import { type Answer, CloudToLocalLLM, NoBackend, type StatusUpdate } from "${folder}/client.js";
const client = new CloudToLocalLLM({ start: true, backoff: { firstMs: 5 } });
export const whole: Answer = await (await client.chat({ model: "a", messages: [], format: "json" })).final();
export const follow = (update: StatusUpdate) => update.connected ? update.status.backends : update.reason.message;
export const tried = (error: NoBackend) => error.attempts.map(({ backend }) => backend);
// @ts-expect-error: there is no such mode
client.setMode("nowhere");
`;
  await Deno.writeTextFile(`${workshop.folder}/typed.ts`, program);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "typed.ts"],
    cwd: workshop.folder,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
});
