import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import type { RouteMode } from "../core/types.ts";
import type { BackendState } from "../state/app_state.ts";
import type { Breaker, HealthState } from "../state/health_state.ts";
import { orderCandidates, type Wanted } from "./candidates.ts";

const now = 100_000;
const down: Partial<HealthState> = { reach: { kind: "down", reason: "connect_refused", passes: 0, checks: 1 } };
const misconfigured: Partial<HealthState> = { reach: { kind: "misconfigured", reason: "http_401" } };
const resting = (ms: number): Partial<HealthState> => ({ cooldown: { until: now + ms, reason: "http_429" } });
const ejection: Breaker = { kind: "open", until: now + 1, reason: "reset", ejections: 1, generation: 0 };

type Seen = Parameters<typeof backendState>[1];
const local = (health?: Partial<HealthState>, seen: Seen = {}) => backendState({}, { health, ...seen });
const cloud = (health?: Partial<HealthState>, seen: Seen = {}) => backendState(cloudInput, { health, ...seen });

function order(backends: BackendState[], wanted: Partial<Wanted> = {}, mode: RouteMode = "local-first") {
  return orderCandidates({ model: "llama3.2", class: "inference", ...wanted }, backends, { mode, now });
}

interface Row {
  name: string;
  backends: BackendState[];
  wanted?: Partial<Wanted>;
  mode?: RouteMode;
  ids: string[];
  missed?: string[];
  lastResort?: boolean;
}

function check(table: Row[]): void {
  for (const { name, backends, wanted, mode, ids, missed = [], lastResort = false } of table) {
    const list = order(backends, wanted, mode);
    assertEquals(list.candidates.map(({ id }) => id), ids, name);
    assertEquals([list.missed, list.lastResort], [missed, lastResort], name);
  }
}

Deno.test("orderCandidates() goes by the mode", () => {
  const backends = [local(), cloud()];
  check([
    { name: "local first", backends, ids: ["local", "cloud"] },
    { name: "cloud first", backends, mode: "cloud-first", ids: ["cloud", "local"] },
    { name: "local only", backends, mode: "local-only", ids: ["local"] },
    { name: "cloud only", backends, mode: "cloud-only", ids: ["cloud"] },
  ]);
});

Deno.test("orderCandidates() in mode fastest goes by the first byte, wherever it comes from", () => {
  const [slow, quick] = [local({}, { firstByteMs: 900 }), cloud({}, { firstByteMs: 300 })];
  check([
    { name: "measured", backends: [slow, quick], mode: "fastest", ids: ["cloud", "local"] },
    {
      name: "only checked so far",
      backends: [quick, local({}, { latencyMs: 5 })],
      mode: "fastest",
      ids: ["local", "cloud"],
    },
    { name: "never seen", backends: [local(), quick], mode: "fastest", ids: ["cloud", "local"] },
    {
      name: "down",
      backends: [slow, cloud(down, { firstByteMs: 1 })],
      mode: "fastest",
      ids: ["local"],
      missed: ["cloud"],
    },
  ]);
});

Deno.test("orderCandidates() goes by priority, then what is known, then load, then the order in the file", () => {
  const named = (id: string, priority: number, seen: Seen = {}, maxConcurrent = 0) =>
    backendState({ id, priority, maxConcurrent }, seen);
  check([
    { name: "priority", backends: [named("b", 2), named("a", 1)], ids: ["a", "b"] },
    {
      name: "priority before load",
      backends: [named("b", 2, {}, 4), named("a", 1, { inFlight: 3 }, 4)],
      ids: ["a", "b"],
    },
    { name: "a known list", backends: [named("b", 1, { has: null }), named("a", 1)], ids: ["a", "b"] },
    { name: "load", backends: [named("b", 1, { inFlight: 2 }, 4), named("a", 1, { inFlight: 2 }, 8)], ids: ["a", "b"] },
    {
      name: "no limit, no load",
      backends: [named("a", 1, { inFlight: 99 }), named("b", 1, { inFlight: 1 })],
      ids: ["a", "b"],
    },
    { name: "as in the file", backends: [named("b", 1), named("a", 1)], ids: ["b", "a"] },
  ]);
});

Deno.test("orderCandidates() passes over what cannot be used, and asks for its next check", () => {
  check([
    { name: "down", backends: [local(down), cloud()], ids: ["cloud"], missed: ["local"] },
    { name: "misconfigured", backends: [local(misconfigured), cloud()], ids: ["cloud"], missed: ["local"] },
    { name: "ejected", backends: [local({ breaker: ejection }), cloud()], ids: ["cloud"], missed: ["local"] },
    { name: "resting", backends: [local(resting(5)), cloud()], ids: ["cloud"], missed: ["local"] },
    { name: "its pause is over", backends: [local(resting(0)), cloud()], ids: ["local", "cloud"] },
    { name: "never checked", backends: [local({ reach: { kind: "unknown" } }), cloud()], ids: ["local", "cloud"] },
    { name: "a later one is not missed", backends: [local(), cloud(down)], ids: ["local"] },
    { name: "switched off", backends: [backendState({ enabled: false }), cloud()], ids: ["cloud"] },
  ]);
});

Deno.test("orderCandidates() passes over a backend whose model is ejected, for that model only", () => {
  const backends = [local({ modelBreakers: { "llama3.2": ejection } }, { has: ["llama3.2", "qwen3"] }), cloud()];
  check([
    { name: "the model", backends, ids: ["cloud"], missed: ["local"] },
    { name: "another", backends, wanted: { model: "qwen3" }, ids: ["local"] },
  ]);
});

Deno.test("orderCandidates() leaves out who lacks the model, unless all lack it", () => {
  const [a, b] = [local({}, { has: ["qwen3"] }), cloud({}, { has: ["llama3.2:latest"] })];
  check([
    { name: "listed in the cloud", backends: [a, b], ids: ["cloud"] },
    { name: "listed on this machine", backends: [a, b], wanted: { model: "QWEN3:latest" }, ids: ["local"] },
    { name: "not listed yet", backends: [a, cloud({}, { has: null })], wanted: { model: "new" }, ids: ["cloud"] },
    { name: "nobody has it", backends: [a, b], wanted: { model: "none" }, ids: ["local", "cloud"] },
    { name: "who has it is down", backends: [a, cloud(down)], ids: ["cloud"], missed: ["cloud"], lastResort: true },
  ]);
});

Deno.test("orderCandidates() sends embeddings to one and the same model only", () => {
  const wanted = { class: "embedding", model: "nomic" } as const;
  const other = backendState({ ...cloudInput, models: { nomic: "text-embedding-3" } }, { has: ["text-embedding-3"] });
  const same = backendState({ ...cloudInput, id: "same", models: { nomic: "NOMIC:latest" } }, { has: ["nomic"] });
  const own = local({}, { has: ["nomic"] });
  check([
    { name: "same model", backends: [own, other, same], wanted, ids: ["local", "same"] },
    {
      name: "the first is down",
      backends: [local(down, { has: ["nomic"] }), other],
      wanted,
      ids: ["local"],
      missed: ["local"],
      lastResort: true,
    },
    { name: "the first has another model of that name", backends: [other, same], wanted, ids: ["cloud"] },
    { name: "cloud first", backends: [own, other], wanted, mode: "cloud-first", ids: ["cloud"] },
  ]);
});

Deno.test("orderCandidates() does not let measured speed choose between embedding models", () => {
  const wanted = { class: "embedding", model: "nomic" } as const;
  const mapped = { ...cloudInput, models: { nomic: "text-embedding-3" } };
  const backends = (local: number, cloud: number) => [
    backendState(mapped, { has: ["text-embedding-3"], firstByteMs: cloud }),
    backendState({ ...cloudInput, id: "same" }, { has: ["nomic"], firstByteMs: 50 }),
    backendState({ priority: 9 }, { has: ["nomic"], firstByteMs: local }),
  ];
  check([
    { name: "quick", backends: backends(1, 99), mode: "fastest", wanted, ids: ["local", "same"] },
    { name: "slow", backends: backends(99, 1), mode: "fastest", wanted, ids: ["same", "local"] },
  ]);
  const busy = backendState({ maxConcurrent: 1, models: { nomic: "other" } }, { has: ["nomic", "other"], inFlight: 1 });
  const idle = backendState({ id: "idle" }, { has: ["nomic"] });
  check([{ name: "nor load", backends: [busy, idle], wanted, ids: ["local"] }]);
});

Deno.test("orderCandidates() keeps loading and unloading on this machine's Ollama", () => {
  const wanted = { class: "control" } as const;
  const server = backendState({ ...cloudInput, id: "vllm", location: "local" });
  check([
    { name: "local first", backends: [local(), server, cloud()], wanted, ids: ["local"] },
    { name: "cloud first", backends: [local(), cloud()], wanted, mode: "cloud-first", ids: ["local"] },
    { name: "down", backends: [local(down), cloud()], wanted, ids: ["local"], missed: ["local"], lastResort: true },
  ]);
});

Deno.test("orderCandidates() sends what is bound to the first local Ollama, or to the one that is named", () => {
  const second = backendState({ id: "second", priority: 2 });
  const bound = { class: "bound" } as const;
  check([
    { name: "the first", backends: [second, local(), cloud()], wanted: bound, ids: ["local"] },
    { name: "its list does not matter", backends: [second, local({}, { has: [] })], wanted: bound, ids: ["local"] },
    { name: "named", backends: [second, local(), cloud()], wanted: { ...bound, pinned: "cloud" }, ids: ["cloud"] },
    {
      name: "down",
      backends: [local(down), second],
      wanted: bound,
      ids: ["local"],
      missed: ["local"],
      lastResort: true,
    },
  ]);
});

Deno.test("orderCandidates() asks only the backend that the client names, where the mode allows it", () => {
  const backends = [local(), cloud()];
  check([
    { name: "named", backends, wanted: { pinned: "cloud" }, ids: ["cloud"] },
    {
      name: "down",
      backends: [local(), cloud(down)],
      wanted: { pinned: "cloud" },
      ids: ["cloud"],
      missed: ["cloud"],
      lastResort: true,
    },
    { name: "it lacks the model", backends, wanted: { pinned: "cloud", model: "none" }, ids: ["cloud"] },
  ]);
});

Deno.test("orderCandidates() in local-only leaves out models that a local Ollama runs in its cloud", () => {
  const stub = { name: "gpt-oss:120b-cloud", remoteHost: "https://ollama.com" };
  const mapped = backendState({ models: { big: "gpt-oss:120b-cloud" } }, { has: [stub, "llama3.2"] });
  check([
    { name: "another model", backends: [mapped], mode: "local-only", ids: ["local"] },
    { name: "the stub elsewhere", backends: [mapped], wanted: { model: stub.name }, ids: ["local"] },
  ]);
  for (const model of [stub.name, "big"]) {
    const { candidates, refusal } = order([mapped], { model }, "local-only");
    assertEquals(candidates, []);
    assertEquals(refusal?.message, `Model "${model}" runs in the cloud, and the mode is local-only`);
  }
  const byModel = local({}, { has: [{ name: "x", remoteModel: "y" }] });
  assertEquals(order([byModel], { model: "x" }, "local-only").candidates, []);
});

Deno.test("orderCandidates() in local-only knows a cloud model by every spelling, listed or not", () => {
  const stub = { name: "stub:cloud", remoteHost: "https://ollama.com" };
  const mapped = backendState({ models: { big: "kimi:cloud" } }, { has: [stub] });
  for (const name of ["https://registry.ollama.ai/library/stub:cloud", "STUB:Cloud", "gpt-oss:120b-cloud", "big"]) {
    for (const backend of [mapped, { ...mapped, models: undefined }, { ...mapped, models: [] }]) {
      const { candidates, refusal } = order([backend], { model: name }, "local-only");
      assertEquals(candidates, [], name);
      assertEquals(refusal?.message, `Model "${name}" runs in the cloud, and the mode is local-only`);
      assertEquals(order([backend], { model: name }).candidates.length, 1, name);
    }
  }
  assertEquals(order([mapped], { model: "my-cloud" }, "local-only").candidates.length, 1);
});

Deno.test("orderCandidates() tries what is ejected or down when nothing else is left", () => {
  const both = ["local", "cloud"];
  check([
    { name: "down", backends: [local(down), cloud(down)], ids: both, missed: both, lastResort: true },
    {
      name: "ejected",
      backends: [local({ breaker: ejection }), cloud(down)],
      ids: both,
      missed: both,
      lastResort: true,
    },
    {
      name: "misconfigured, with another left",
      backends: [local(misconfigured), cloud(down)],
      ids: ["cloud"],
      missed: both,
      lastResort: true,
    },
    {
      name: "only misconfigured ones",
      backends: [local(misconfigured), cloud(misconfigured)],
      ids: both,
      missed: both,
      lastResort: true,
    },
    { name: "one rests", backends: [local(resting(5)), cloud(down)], ids: ["cloud"], missed: both, lastResort: true },
  ]);
});

Deno.test("orderCandidates() refuses with the shortest pause when every backend asked to be left alone", () => {
  const list = order([local(resting(9_000)), cloud(resting(4_000))]);
  assertEquals([list.candidates, list.missed, list.lastResort], [[], ["local", "cloud"], false]);
  assertEquals(list.refusal, {
    status: 429,
    message: "Every backend asked to be left alone for a while: local, cloud",
    retryAfterMs: 4_000,
  });
});

Deno.test("orderCandidates() says why there is nobody to ask", () => {
  const off = backendState({ enabled: false });
  const stub = local({}, { has: [{ name: "llama3.2", remoteModel: "x" }] });
  const table: [BackendState[], Partial<Wanted>, RouteMode, message: string][] = [
    [[], {}, "local-first", "No backend is switched on; set one up in the configuration"],
    [[off], {}, "local-first", "No backend is switched on; set one up in the configuration"],
    [[cloud()], {}, "local-only", "No local backend is set up and the mode is local-only"],
    [[local()], {}, "cloud-only", "No cloud backend is set up and the mode is cloud-only"],
    [[stub], {}, "cloud-only", "No cloud backend is set up and the mode is cloud-only"],
    [[cloud()], { class: "control" }, "local-first", "No local Ollama is set up that could load or unload a model"],
    [
      [local()],
      { class: "control" },
      "cloud-only",
      "Models are loaded and unloaded at local backends only, and the mode is cloud-only",
    ],
    [
      [cloud()],
      { class: "bound" },
      "local-first",
      "No local Ollama is set up for this request; name a backend in x-broker-backend",
    ],
    [[local()], { pinned: "nobody" }, "local-first", 'No backend is called "nobody"; check x-broker-backend'],
    [[off], { pinned: "local" }, "local-first", 'Backend "local" is switched off'],
    [[local(), cloud()], { pinned: "cloud" }, "local-only", 'Backend "cloud" is not asked: the mode is local-only'],
    [
      [local(), cloud()],
      { pinned: "cloud", class: "control" },
      "local-first",
      'Backend "cloud" is not for this request',
    ],
    [[stub], { pinned: "local" }, "local-only", 'Model "llama3.2" runs in the cloud, and the mode is local-only'],
  ];
  for (const [backends, wanted, mode, message] of table) {
    const { refusal, candidates } = order(backends, wanted, mode);
    const status = wanted.pinned === "nobody" ? 404 : 503;
    assertEquals([refusal, candidates], [{ status, message, retryAfterMs: undefined }, []]);
  }
});

Deno.test("orderCandidates() names the pause that keeps the cloud out, and not a mode that nobody chose", () => {
  const stub = local({}, { has: [{ name: "llama3.2", remoteModel: "x" }] });
  const table: [BackendState[], Partial<Wanted>, message: string][] = [
    [[cloud()], {}, "No local backend is set up and the cloud is paused"],
    [[cloud()], { pinned: "cloud" }, 'Backend "cloud" is not asked: the cloud is paused'],
    [[stub], {}, 'Model "llama3.2" runs in the cloud, and the cloud is paused'],
  ];
  for (const [backends, wanted, message] of table) {
    const options = { mode: "local-only", modeCause: { kind: "pause", until: null }, now } as const;
    const list = orderCandidates({ model: "llama3.2", class: "inference", ...wanted }, backends, options);
    assertEquals(list.refusal?.message, message);
  }
});
