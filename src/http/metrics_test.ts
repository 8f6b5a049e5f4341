import { assert, assertEquals, assertMatch } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import type { Attempt } from "../core/types.ts";
import type { RequestRecord } from "../broker/request_record.ts";
import type { AppState } from "../state/app_state.ts";
import { initialState } from "../state/status_report.ts";
import { Metrics } from "./metrics.ts";

const facts = { now: 1_000, uptimeMs: 2_500, version: "1.2.3" };
const down = { health: { reach: { kind: "down", reason: "dns", passes: 0, checks: 1 } } } as const;
const state: AppState = {
  ...initialState("local-first"),
  inFlight: 3,
  backends: [backendState({}, { latencyMs: 12, inFlight: 2 }), backendState(cloudInput, down)],
};

const attempt = (backend: string, outcome: Attempt["outcome"], reason?: string): Attempt => ({
  backend,
  outcome,
  reason,
  startedAt: 0,
  durationMs: 1,
});
const record = (more: Partial<RequestRecord> = {}): RequestRecord => ({
  app: "test",
  id: "1",
  dialect: "ollama",
  operation: "chat",
  model: "llama3.2",
  stream: true,
  startedAt: 0,
  durationMs: 900,
  firstByteMs: 40,
  attempts: [attempt("local", "failed", "reset"), attempt("cloud", "committed")],
  backend: "cloud",
  outcome: "ok",
  status: 200,
  usage: { inputTokens: 5, outputTokens: 7 },
  ...more,
});

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const unescaped: Record<string, string> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" };

/** Reads the text format 0.0.4 by its grammar; throws at the first line that is not of it. */
function parse(text: string): { samples: Sample[]; types: Map<string, string> } {
  assert(text.endsWith("\n"));
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = line.match(/^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/);
    if (comment?.[1] === "TYPE") {
      assertMatch(comment[3], /^(counter|gauge|histogram)$/);
      assert(!types.has(comment[2]), `two types of ${comment[2]}`);
      types.set(comment[2], comment[3]);
    }
    if (comment) continue;
    const sample = line.match(
      /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?\d\S*|[+-]Inf|NaN)$/,
    );
    assert(sample, `not of the format: ${line}`);
    const labels = [...(sample[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
      .map(([, name, value]) => [name, value.replace(/\\./g, (pair) => unescaped[pair])]);
    samples.push({ name: sample[1], labels: Object.fromEntries(labels), value: Number(sample[3]) });
  }
  return { samples, types };
}

function render(...records: RequestRecord[]) {
  const metrics = new Metrics();
  for (const one of records) metrics.record(one);
  const { samples, types } = parse(metrics.render(state, facts));
  const find = (name: string, labels: Record<string, string> = {}) =>
    samples.filter((one) =>
      one.name === `cloudtolocalllm_${name}` &&
      Object.entries(labels).every(([key, value]) => one.labels[key] === value)
    ).map(({ value }) => value);
  return { samples, types, find };
}

Deno.test("render() is of Prometheus' text format, with a type for every series and none twice", () => {
  const { samples, types } = render(record(), record({ outcome: "incomplete" }), record({ backend: undefined }));
  for (const { name } of samples) {
    assert([...types.keys()].some((type) => name.replace(/_(bucket|sum|count)$/, "") === type || name === type), name);
  }
  const keys = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
  assertEquals(new Set(keys).size, keys.length);
  assert([...types.keys()].every((name) => name.startsWith("cloudtolocalllm_")));
  for (const [name, type] of types) assertEquals(name.endsWith("_total"), type === "counter", name);
});

Deno.test("render() escapes what a label may hold", () => {
  const odd = 'a "quoted" \\ back\nslash';
  const { samples } = render(record({ backend: odd, attempts: [attempt(odd, "committed")] }));
  assert(samples.some(({ name, labels }) => name.endsWith("requests_total") && labels.backend === odd));
});

Deno.test("render() counts requests, attempts, failovers and tokens", () => {
  const { find } = render(
    record(),
    record(),
    record({
      outcome: "failed",
      backend: undefined,
      firstByteMs: undefined,
      attempts: [attempt("local", "failed", "reset")],
      usage: {},
    }),
    record({ backend: "local", attempts: [attempt("local", "committed")] }),
    record({
      outcome: "cancelled",
      backend: undefined,
      firstByteMs: undefined,
      attempts: [attempt("local", "cancelled")],
      usage: {},
    }),
  );
  assertEquals(find("requests_total", { backend: "cloud", outcome: "ok", dialect: "ollama", operation: "chat" }), [2]);
  assertEquals(find("requests_total", { backend: "none" }), [1, 1]);
  assertEquals(find("attempts_total", { backend: "local", result: "reset" }), [3]);
  assertEquals(find("attempts_total", { backend: "local", result: "cancelled" }), [1]);
  assertEquals(find("attempts_total", { backend: "cloud", result: "ok" }), [2]);
  assertEquals(find("failovers_total", { from: "local", to: "cloud", reason: "reset" }), [2]);
  assertEquals(find("failovers_total").length, 1);
  assertEquals(find("tokens_total", { backend: "cloud", direction: "output" }), [14]);
  assertEquals(find("tokens_total", { backend: "local", direction: "input" }), [5]);
});

Deno.test("render() has the time to the first byte as a cumulative histogram", () => {
  const { samples, find } = render(...[4, 40, 40, 700, 99_000].map((firstByteMs) => record({ firstByteMs })));
  const buckets = samples.filter(({ name }) => name.endsWith("first_byte_seconds_bucket"));
  const counts = buckets.map(({ value }) => value);
  assertEquals(counts, [...counts].sort((a, b) => a - b));
  const at = (le: string) => find("first_byte_seconds_bucket", { le, backend: "cloud" });
  assertEquals([at("0.005"), at("0.05"), at("1"), at("60"), at("+Inf")], [[1], [3], [4], [4], [5]]);
  assertEquals(find("first_byte_seconds_count"), [5]);
  assert(Math.abs(find("first_byte_seconds_sum")[0] - 99.784) < 1e-9);
});

Deno.test("render() shows the state: in flight, and the one truth about each backend", () => {
  const { find } = render();
  assertEquals([find("in_flight"), find("uptime_seconds")], [[3], [2.5]]);
  assertEquals(find("backend_in_flight", { backend: "local" }), [2]);
  assertEquals([find("backend_routable", { backend: "local" }), find("backend_routable", { backend: "cloud" })], [[1], [
    0,
  ]]);
  assertEquals(find("backend_latency_seconds", { backend: "local", location: "local" }), [0.012]);
  assertEquals(find("build_info", { version: "1.2.3" }), [1]);
});
