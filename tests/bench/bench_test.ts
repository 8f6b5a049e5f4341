import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import type { BenchPlan } from "./bench_plan.ts";
import { permissionFlags } from "./daemon_process.ts";
import { FixtureServer } from "./fixture_server.ts";
import { withSection } from "./goals_section.ts";
import { HttpConnection, requestBytes } from "./http_connection.ts";
import { interleave } from "./interleave.ts";
import { ollamaStream, wholeChat } from "./model_requests.ts";
import { parseCpuMs } from "./process_cpu.ts";
import { parseWakeUps, readWakeUps, wakeUpsBetween } from "./process_wake_ups.ts";
import { parseSmapsRollup, readProcessMemory } from "./process_memory.ts";
import { renderReport } from "./report.ts";
import { runBench } from "./run_bench.ts";
import { percentile, summarize } from "./statistics.ts";

/** As little of everything as there can be. */
const tinyPlan: BenchPlan = {
  rate: { rounds: 1, ms: 50, connections: 16 },
  firstByte: { samples: 3, warmUp: 1 },
  streams: { rounds: 1, streams: 8, tokens: 20 },
  start: { rounds: 1 },
  failover: { samples: 2 },
  recovery: { awayMs: [10] },
  idle: { lives: 1, settleMs: 1_000, cpuMs: 100, requests: 100, coolMs: 10 },
};

Deno.test("percentile() takes the nearest rank", () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  assertEquals(percentile(values, 50), 100);
  assertEquals(percentile(values, 99), 198);
  assertEquals(percentile([7], 99), 7);
  assertThrows(() => percentile([], 50), RangeError, "there are no values");
});

Deno.test("summarize() gives the middle and the ends", () => {
  assertEquals(summarize([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assertEquals(summarize([4, 1, 2, 10]), { median: 3, min: 1, max: 10 });
});

Deno.test("parseSmapsRollup() reads what the kernel writes, and complains about what is missing", () => {
  const text = `55d0c0a00000-7ffd8a5f2000 ---p 00000000 00:00 0    [rollup]
Rss:               33456 kB
Pss:               17890 kB
Pss_Dirty:          9800 kB
Shared_Clean:      23000 kB
Private_Clean:       600 kB
Private_Dirty:      9728 kB
`;
  const memory = { residentKb: 33_456, proportionalKb: 17_890, privateDirtyKb: 9_728, privateKb: 10_328 };
  assertEquals(parseSmapsRollup(text), memory);
  assertThrows(() => parseSmapsRollup("Rss: 1 kB"), Error, "no line Private_Dirty");
});

Deno.test("readProcessMemory() reads this process", async () => {
  const { residentKb, privateKb, privateDirtyKb } = await readProcessMemory(Deno.pid);
  assert(residentKb >= privateKb && privateKb >= privateDirtyKb && privateDirtyKb > 1_000);
});

Deno.test("parseCpuMs() is not fooled by the program's name", () => {
  const fields = Array.from({ length: 50 }, (_, index) => index + 3);
  fields.splice(11, 2, 250, 50);
  assertEquals(parseCpuMs(`4711 (a) b (c) S ${fields.slice(1).join(" ")}`), 3_000);
  assertThrows(() => parseCpuMs("4711 (deno) S 1"), Error, "no CPU times");
});

Deno.test("parseWakeUps() reads what the kernel writes of a thread", () => {
  const text = "Name:\tdeno\nvoluntary_ctxt_switches:\t42\nnonvoluntary_ctxt_switches:\t7\n";
  assertEquals(parseWakeUps(text), 42);
  assertEquals(parseWakeUps(""), 0);
});

Deno.test("readWakeUps() counts this process's", async () => {
  const before = await readWakeUps(Deno.pid);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert(wakeUpsBetween(before, await readWakeUps(Deno.pid)) > 0);
  assertEquals(wakeUpsBetween(new Map([["1", 5], ["2", 9]]), new Map([["1", 7], ["3", 4]])), 6);
});

Deno.test("interleave() measures each target once a round, none always first", async () => {
  const order: string[] = [];
  const values = await interleave(2, [{ name: "a" }, { name: "b" }], ({ name }) => Promise.resolve(order.push(name)));
  assertEquals(order, ["a", "b", "b", "a"]);
  assertEquals([...values], [["a", [1, 4]], ["b", [2, 3]]]);
});

Deno.test("permissionFlags() writes a permission set as flags", () => {
  assertEquals(permissionFlags({ net: true, env: ["A", "B_*"] }), ["--allow-net", "--allow-env=A,B_*"]);
});

Deno.test("withSection() replaces what is between the marks, and nothing else", () => {
  const document = "before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n";
  assertEquals(withSection(document, "new"), "before\n<!-- bench -->\n\nnew\n\n<!-- /bench -->\nafter\n");
  assertThrows(() => withSection("no marks", "new"), Error, "needs one <!-- bench -->");
});

Deno.test("HttpConnection reads whole and chunked answers of the fixture on one connection", async () => {
  using server = new FixtureServer();
  using connection = await HttpConnection.open(server.port);
  const whole = await connection.ask(wholeChat);
  assertEquals(whole.status, 200);
  assertStringIncludes(whole.tail, '"done":true');
  // Far more than the connection's buffer holds.
  const streamed = await connection.ask(ollamaStream(2_000));
  assertStringIncludes(streamed.tail, '"done":true');
  assert(streamed.firstByteAt <= streamed.endedAt);
  assertEquals((await connection.ask(requestBytes("/nothing"))).status, 404);
  server.stop();
  await assertRejects(() => connection.ask(wholeChat));
});

Deno.test("runBench() measures everything, and renderReport() shows it", async () => {
  const steps: string[] = [];
  const result = await runBench(tinyPlan, (step) => steps.push(step));
  assert(steps.length > 5);
  assert(result.rates.get("broker")!.median > 0 && result.streams.get("translated")!.median > 0);
  assertEquals([...result.idle.keys()], ["source", "bundle", "floor"]);
  if (Deno.env.get("CI") !== undefined) assertEquals([...result.tray.keys()], ["source", "bundle"]);
  assertEquals(result.failover.samples, 2);
  const report = renderReport(result);
  assertMatch(report, /start to first answer \| ≤ 300 ms \| \d+ ms: /);
  if (result.tray.size > 0) assertMatch(report, /with the tray connected \| ≤ 20 MB \| \d+\.\d MB: /);
  assertMatch(report, /after 100 requests: .* \| \d+\.\d \/ \d+\.\d/);
  assertEquals(report.includes("nginx is not installed"), !result.rates.has("nginx"));
  assert(!report.includes("NaN") && !report.includes("undefined"));
});
