import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { readCrashReport } from "../../../src/service/crash/crash_report.ts";
import { CycleHome } from "../../support/cycle_home.ts";
import { gate, ModelServer } from "../../support/model_server.ts";
import { randomFrom } from "../../support/random_values.ts";

/** Two hundred in all. A process of its own takes ten times as long as a daemon in this one. */
const cyclesHere = 160;
const cyclesOfProcesses = 40;
/** Answers that are not complete by then end with an error, in ms. */
const graceMs = 20;
const never = new Promise<never>(() => {});

const chat = JSON.stringify({ model: "llama3.2", messages: [{ role: "user", content: "hi" }] });

async function open(server: ModelServer, shutdownGraceMs: number): Promise<CycleHome> {
  const backends = [{ id: "local", kind: "ollama", url: server.url, location: "local" }] as const;
  return await CycleHome.open({ backends: [...backends], shutdownGraceMs, desktop: { enabled: false } });
}

/** A stream that has begun; gives its last line in the end, which may be that it was cut off. */
async function ask(url: string): Promise<{ lastLine: Promise<string> }> {
  const response = await fetch(`${url}/api/chat`, { method: "POST", body: chat });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value ?? "";
  const readAll = async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    return text.trimEnd().split("\n").at(-1)!;
  };
  return { lastLine: readAll().catch(() => "cut off") };
}

async function assertNothingLeft(home: CycleHome, url: string, cycle: string): Promise<void> {
  assertEquals(await home.leftFiles(), [], cycle);
  const { hostname, port } = new URL(url);
  await assertRejects(() => Deno.connect({ hostname, port: Number(port) }), Deno.errors.ConnectionRefused);
}

Deno.test(`${cyclesHere} daemons start, stream and stop, and leave nothing behind`, async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using home = await open(server, graceMs);
  for (let cycle = 0; cycle < cyclesHere; cycle++) {
    const daemon = await home.startHere();
    const rest = gate();
    const isCompleted = cycle % 2 === 0;
    server.always = { kind: "stall_after", frames: 2, until: isCompleted ? rest.promise : never };
    const answers = await Promise.all([ask(daemon.url), ask(daemon.url)]);
    const closed = daemon.close(isCompleted ? { graceMs: 10_000 } : {});
    rest.resolve();
    const lastLines = await Promise.all(answers.map(({ lastLine }) => lastLine));
    await closed;
    await daemon.closed;
    for (const line of lastLines) assertMatch(line, isCompleted ? /"done":true/ : /^\{"error":.*shutting down/);
    await assertNothingLeft(home, daemon.url, `cycle ${cycle}`);
  }
  assertEquals(await readCrashReport(home.paths), undefined);
});

Deno.test(`${cyclesOfProcesses} processes start, stream and end at a signal, and leave nothing behind`, async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using home = await open(server, graceMs);
  server.always = { kind: "stall_after", frames: 2, until: never };
  for (let cycle = 0; cycle < cyclesOfProcesses; cycle++) {
    const daemon = home.spawn();
    const url = await daemon.url;
    const answers = await Promise.all([ask(url), ask(url)]);
    daemon.process.kill(cycle % 2 === 0 ? "SIGTERM" : "SIGINT");
    const { code, signal } = await daemon.process.status;
    assertEquals([code, signal], [0, null], daemon.said);
    for (const { lastLine } of answers) assertMatch(await lastLine, /^\{"error":.*shutting down/);
    assert(!daemon.said.includes("without stopping"), daemon.said);
    await assertNothingLeft(home, url, `cycle ${cycle}`);
    assertEquals(await home.leftProcesses(), []);
  }
});

Deno.test("a daemon that was killed at any moment starts again, and tells of it if it had come so far", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using home = await open(server, graceMs);
  server.always = { kind: "stall_after", frames: 2, until: never };
  const random = randomFrom(200);
  let told = 0;
  for (let round = 0; round < 12; round++) {
    const killed = home.spawn();
    // Half of them while they start, half while they answer.
    const answer = round % 2 === 0 ? undefined : await ask(await killed.url);
    await new Promise((resolve) => setTimeout(resolve, random(answer ? 30 : 250)));
    killed.process.kill("SIGKILL");
    await killed.process.status;
    await answer?.lastLine;
    const next = home.spawn();
    const url = await next.url;
    const isTold = next.said.includes("The last run of the daemon ended without stopping");
    if (answer) assert(isTold, next.said);
    if (isTold) assertStringIncludes(next.said, `crashesInLastDay=${++told}`);
    await (await fetch(`${url}/health`)).body?.cancel();
    next.process.kill("SIGTERM");
    assertEquals((await next.process.status).code, 0, next.said);
    await assertNothingLeft(home, url, `round ${round}`);
  }
  assertEquals((await readCrashReport(home.paths))?.inLastDay, told);
  assertEquals(await home.leftProcesses(), []);
});
