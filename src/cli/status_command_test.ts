import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";
import { FakeIo, type FakeIoOptions } from "../../tests/support/fake_io.ts";
import { noCloudUse } from "../../tests/support/states.ts";
import type { BackendStatus, StatusReport } from "../state/status.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";

function backend(status: Partial<BackendStatus>): BackendStatus {
  return {
    id: "local",
    kind: "ollama",
    url: "http://127.0.0.1:11434",
    location: "local",
    enabled: true,
    routable: true,
    health: "up",
    latencyMs: 3,
    version: "0.9.0",
    models: ["llama3.2", "qwen3"],
    warm: [],
    reason: null,
    ...status,
  };
}

const cloud = backend({ id: "cloud", url: "https://ollama.com", location: "cloud", latencyMs: 1_250, models: [] });

function report(status: Partial<StatusReport>): StatusReport {
  return {
    state: "connected",
    mode: "local-first",
    chosenMode: "local-first",
    modeReason: null,
    pause: null,
    surroundings: { network: "unknown", isMetered: false, isOnBattery: false },
    privacy: { models: 0, apps: 0 },
    cloudUse: noCloudUse,
    listen: "http://127.0.0.1:11435",
    active: "local",
    version: "0.1.0",
    pid: 7,
    uptimeMs: 65_000,
    inFlight: 0,
    backends: [backend({}), cloud],
    configError: null,
    parts: [],
    app: null,
    failovers: [],
    ...status,
  };
}

async function statusOf(status: StatusReport, words: string[] = [], options: FakeIoOptions = {}): Promise<FakeIo> {
  await using daemon = await FakeDaemon.start({ "GET /control/v1/status": () => Response.json(status) });
  const io = new FakeIo({ ...options, env: { ...daemon.env, ...options.env } });
  assertEquals(await runCommandLine(["status", ...words], io), ExitCode.done);
  assertEquals(daemon.requests[0].authorization, `Bearer ${daemon.token}`);
  return io;
}

Deno.test("status says first whether models can be reached, and how", async () => {
  const { stdout } = await statusOf(report({}));
  assertEquals(stdout.split("\n")[0], "Connected: the local Ollama answers (http://127.0.0.1:11434)");
  assertStringIncludes(stdout, "\n  BACKEND  WHERE  HEALTH  LATENCY  MODELS  REASON\n");
  assertStringIncludes(stdout, "\n* local    local  up      3 ms     2\n");
  assertStringIncludes(stdout, "\n  cloud    cloud  up      1 s      0\n");
  assertStringIncludes(stdout, "for 1 min 5 s, no requests in progress");
});

Deno.test("status names the backend that stands in, and why it must", async () => {
  const down = backend({ routable: false, health: "down", latencyMs: null, reason: "Ollama is not running" });
  const failover = {
    at: new Date(2026, 0, 1, 15, 4).toISOString(),
    from: "local",
    to: null,
    reason: "connect_refused",
    model: "qwen3",
  };
  const { stdout } = await statusOf(report({
    state: "degraded",
    active: "groq",
    backends: [down, { ...cloud, id: "groq", kind: "openai" }],
    failovers: [failover],
  }));
  assertStringIncludes(stdout, 'Degraded: the cloud OpenAI-compatible server "groq" answers (https://ollama.com)');
  assertMatch(stdout, /local +local +down +- +2 +Ollama is not running\n/);
  assertMatch(
    stdout,
    / {2}1 Jan 15:04 {2}local -> nobody {2}qwen3 {2}local was not running, and no other backend has this model\n/,
  );
});

Deno.test("status says how many models of the first choice are there", async () => {
  const down = backend({ routable: false, health: "down", reason: "Ollama is not running" });
  const sentence = async (models: string[]) => {
    const status = report({ state: "degraded", active: "cloud", backends: [down, { ...cloud, models }] });
    return (await statusOf(status)).stdout.split("\n")[0];
  };
  const advice = "name what stands in for them in `models` of cloud (docs/CONFIGURATION.md)";
  assertEquals(
    await sentence(["gpt-oss:120b"]),
    `Degraded: local does not answer, and the cloud Ollama has none of its models: ${advice}`,
  );
  assertEquals(
    await sentence(["qwen3"]),
    "Degraded: the cloud Ollama answers (https://ollama.com), with 1 of the 2 models of local; " +
      `for the others, ${advice}`,
  );
  assertEquals(
    await sentence(["qwen3", "llama3.2"]),
    "Degraded: the cloud Ollama answers (https://ollama.com), but the first choice does not",
  );
});

Deno.test("status says when nothing answers, and when the changed configuration is not in use", async () => {
  const { stdout } = await statusOf(report({
    state: "down",
    active: null,
    backends: [backend({ routable: false, health: "down" })],
    configError: "Cannot use config.json: 1 problem\n  listen.port: must be …",
  }));
  assertMatch(stdout, /^Down: no backend can answer/);
  assertStringIncludes(stdout, "not in use:\nCannot use config.json: 1 problem\n  listen.port: must be …\n");
});

Deno.test("status says that another mode than the chosen one is in force, and why", async () => {
  const { stdout: plain } = await statusOf(report({}));
  assertStringIncludes(plain, "\nMode      local-first\nRunning ");
  const until = new Date(2026, 0, 5, 15, 4).toISOString();
  const { stdout: paused } = await statusOf(report({
    mode: "local-only",
    modeReason: "the cloud is paused until 15:04",
    pause: { until },
  }));
  assertStringIncludes(paused, "\nMode      local-first (local-only in force: the cloud is paused until 15:04)\n");
  assertStringIncludes(paused, "\nPause     the cloud is paused until 15:04; `resume` ends it\n");
  const { stdout: endless } = await statusOf(report({ chosenMode: "local-only", pause: { until: null } }));
  assertStringIncludes(endless, "\nPause     the cloud is paused; `resume` ends it\n");
});

Deno.test("status tells of the network only what matters", async () => {
  const surroundings = { network: "online", isMetered: false, isOnBattery: true } as const;
  const lineOf = async (more: Partial<StatusReport>) => /^Network.*$/m.exec((await statusOf(report(more))).stdout)?.[0];
  assertEquals(await lineOf({ surroundings }), undefined);
  assertEquals(await lineOf({ surroundings: { ...surroundings, isMetered: true } }), "Network   metered");
  assertEquals(await lineOf({ surroundings: { ...surroundings, network: "offline" } }), "Network   offline");
  assertEquals(
    await lineOf({ surroundings: { ...surroundings, network: "portal" } }),
    "Network   asks for a login before it lets anything through",
  );
  const { stdout } = await statusOf(report({
    mode: "local-first",
    chosenMode: "cloud-first",
    modeReason: "the connection is metered",
  }));
  assertStringIncludes(stdout, "Mode      cloud-first (local-first in force: the connection is metered)");
});

Deno.test("status --json prints the report as it is", async () => {
  const status = report({});
  const { stdout } = await statusOf(status, ["--json"]);
  assertEquals(JSON.parse(stdout), status);
  assertEquals(stdout, `${JSON.stringify(status, null, 2)}\n`);
});

Deno.test("status is coloured on a terminal only, and not with NO_COLOR", async () => {
  const terminal = { stdout: true };
  assertStringIncludes((await statusOf(report({}), [], { terminal })).stdout, "\x1b[32mConnected\x1b[0m");
  for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
    assertEquals((await statusOf(report({}), [], { terminal, env })).stdout.includes("\x1b"), false);
  }
  assertEquals((await statusOf(report({}))).stdout.includes("\x1b"), false);
});

Deno.test("status shows a backend's words without their control characters", async () => {
  const { stdout } = await statusOf(report({ backends: [backend({ reason: "bad\x1b[2J\nworse" })] }));
  assertStringIncludes(stdout, "bad[2J worse\n");
});

Deno.test("status tells what clouds have used of the cap, and that rules keep requests here", async () => {
  const { stdout: plain } = await statusOf(report({}));
  assertEquals(/\n(Cloud|Privacy) {2}/.test(plain), false);
  const cloudUse = { ...noCloudUse, tokens: 1_200_000, estimated: 3_000, cap: 1_000_000, isReached: true };
  const { stdout } = await statusOf(report({ cloudUse, privacy: { models: 2, apps: 1 } }));
  assertStringIncludes(
    stdout,
    "\nCloud     1,200,000 of 1,000,000 tokens used this month, 3,000 of them estimated\n" +
      "          the cap is reached; no cloud is asked\n" +
      "Privacy   2 rules for models and 1 rule for programs that never leave this machine\n",
  );
  const since = new Date(2026, 4, 12).toISOString();
  const { stdout: partly } = await statusOf(report({ cloudUse: { ...noCloudUse, tokens: 7, cap: 9, since } }));
  assertStringIncludes(partly, "\nCloud     7 of 9 tokens used this month, counted since 12 May\n");
});

Deno.test("status names the parts that have failed, and no others", async () => {
  const at = "2026-01-05T10:00:00.000Z";
  const parts: StatusReport["parts"] = [
    { name: "app link", state: "waiting", reason: "Another daemon has the port file", since: at, failures: 0 },
    { name: "keyring", state: "failed", reason: "It does not answer\x1b[2J", since: at, failures: 1 },
    { name: "tray", state: "failed", reason: "The GTK process has ended", since: at, failures: 3 },
  ];
  const { stdout } = await statusOf(report({ parts }));
  assertEquals(stdout.split("\n").filter((line) => line.startsWith("Trouble")), [
    "Trouble   the keyring has failed and is tried again: It does not answer[2J",
    "Trouble   the tray has failed (for the 3rd time) and is tried again: The GTK process has ended",
  ]);
  assertEquals(stdout.includes("app link"), false);
});

Deno.test("status says that the desktop app is connected, and nothing where it is not", async () => {
  const app = { clients: 1, authenticated: true, tooltip: null, icon: null, reported: null, canLaunch: true };
  assertStringIncludes((await statusOf(report({ app }))).stdout, "App       connected, signed in\n");
  const two = { ...app, clients: 2, authenticated: false };
  assertStringIncludes((await statusOf(report({ app: two }))).stdout, "App       2 are connected\n");
  for (const none of [null, { ...app, clients: 0 }]) {
    assertEquals((await statusOf(report({ app: none }))).stdout.includes("App "), false);
  }
});

Deno.test("status tells of crashes of the last day, whether a daemon runs or not, and not in JSON", async () => {
  await using daemon = await FakeDaemon.start({ "GET /control/v1/status": () => Response.json(report({})) });
  const state = `${daemon.runtimeHome}/.local/state/cloudtolocalllm`;
  await Deno.mkdir(state, { recursive: true });
  const io = new FakeIo({ env: daemon.env });
  const minutesAgo = (minutes: number) => new Date(io.clock.now() - minutes * 60_000).toISOString();
  const crash = { pid: 7, version: "1", startedAt: null, isWithMachine: false, error: "TypeError: x" };
  const crashes = [2_000, 90, 60].map((minutes) => ({ ...crash, lastAliveAt: minutesAgo(minutes) }));
  await Deno.writeTextFile(`${state}/crash.json`, JSON.stringify({ version: 1, crashes }));
  const words = "The daemon crashed 2 times in the last 24 hours, the last time after ";
  assertEquals(await runCommandLine(["status"], io), ExitCode.done);
  assertStringIncludes(io.stdout, words);
  assertStringIncludes(io.stdout, " (TypeError: x); see: cloudtolocalllm logs --since 24h\n");
  const json = new FakeIo({ env: daemon.env });
  await runCommandLine(["status", "--json"], json);
  assertEquals(JSON.parse(json.stdout), report({}));
  // As one that was killed leaves it.
  await daemon.writeControl({ url: "http://127.0.0.1:9", token: "t", pid: 1, version: "0.0.0" });
  const alone = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["status"], alone), ExitCode.notRunning);
  assertStringIncludes(alone.stderr, words);
});
