import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import type { BackendInput } from "../../tests/support/broker_fixture.ts";
import { backendConfig } from "../../tests/support/states.ts";
import { StubBackend, stubFailure, type StubScript } from "../../tests/support/stub_backend.ts";
import type { FailureReason } from "../core/errors.ts";
import { adviceFor } from "./advice.ts";
import { testConnection } from "./test_connection.ts";

const healthy = { latencyMs: 1, version: "0.30.0", models: [{ name: "llama3.2" }], warm: [] };
const well: StubScript = { ping: (asked) => asked.resolve(), probe: (asked) => asked.resolve(healthy) };

function scene(script: StubScript, input: Partial<BackendInput> = {}) {
  const clock = new FakeClock();
  const abort = new AbortController();
  const backend = new StubBackend(backendConfig(input), script);
  const result = testConnection(backend, { clock, signal: abort.signal });
  result.catch(() => {});
  return { clock, abort, backend, result };
}

Deno.test("testConnection() goes step by step and loads no model", async () => {
  const { clock, backend, result } = scene(well);
  const { ok, steps } = await result;
  assertEquals([ok, steps.map(({ name, detail }) => `${name}: ${detail}`)], [true, [
    "Reach the server: http://local.invalid:11434 answers",
    "List the models: version 0.30.0, 1 models, 0 loaded",
  ]]);
  assertEquals([backend.sends.length, clock.pending], [0, 0]);
});

Deno.test("testConnection() tells each step as soon as it is over, secrets taken out", async () => {
  const told: string[] = [];
  const backend = new StubBackend(backendConfig(), {
    ping: well.ping,
    probe: (asked) => {
      told.push("asked for models");
      asked.resolve({ ...healthy, version: "sk-echoed" });
    },
  });
  const result = await testConnection(backend, {
    clock: new FakeClock(),
    signal: new AbortController().signal,
    onStep: ({ name }) => told.push(name),
    redact: (text) => text.replace("sk-echoed", "[redacted]"),
  });
  assertEquals(told, ["Reach the server", "asked for models", "List the models"]);
  assertEquals(result.steps[1].detail, "version [redacted], 1 models, 0 loaded");
});

Deno.test("testConnection() stops at the first step that fails, and says what to do", async () => {
  const { backend, result } = scene({ ping: (asked) => asked.reject(stubFailure("local", "connect_refused")) });
  const { ok, steps } = await result;
  assertEquals([ok, steps.length, backend.probes.length], [false, 1, 0]);
  assertEquals(steps[0].detail, "Ollama is not running on local.invalid:11434");
  assertStringIncludes(steps[0].advice!, "ollama serve");
});

Deno.test("testConnection() tells of missing models and of mappings that lead nowhere", async () => {
  const none = await scene({ ...well, probe: (asked) => asked.resolve({ ...healthy, models: [] }) }).result;
  assertEquals([none.ok, none.steps.at(-1)?.advice], [false, "Get one: ollama pull llama3.2"]);
  const mapped = await scene(well, { models: { a: "LLAMA3.2:latest", b: "gone" } }).result;
  assertEquals([mapped.ok, mapped.steps.at(-1)?.detail], [false, "Mapped to models that it does not list: b → gone"]);
});

Deno.test("testConnection() gives each step ten seconds", async () => {
  const { clock, backend, result } = scene({ ...well, probe: () => {} });
  await settle();
  await clock.advance(10_000);
  const { ok, steps } = await result;
  assertEquals([ok, steps[1].ok, steps[1].durationMs, clock.pending], [false, false, 10_000, 0]);
  assert(backend.probes[0].signal.aborted);
});

Deno.test("testConnection() ends when nobody waits for it any more", async () => {
  const { clock, abort, result } = scene({});
  abort.abort(new Error("gone"));
  await assertRejects(() => result, Error, "gone");
  assertEquals(clock.pending, 0);
});

Deno.test("adviceFor() is a step that fits the backend, for every reason", () => {
  const local = backendConfig();
  const cloud = backendConfig({ id: "cloud", kind: "openai", location: "cloud", secret: "key" });
  const reasons: FailureReason[] = [
    ...["connect_refused", "connect_timeout", "dns", "tls", "unreachable", "unresponsive", "reset"] as const,
    ...["no_credential", "redirect", "malformed", "busy", "http_500"] as const,
    ...[401, 402, 403, 404, 429].map((status) => `http_${status}` as const),
  ];
  for (const reason of reasons) {
    for (const config of [local, cloud]) {
      const advice = adviceFor(config, reason);
      assert(advice.length > 10 && !advice.endsWith("."), `${reason}: ${advice}`);
    }
  }
  assertStringIncludes(adviceFor(cloud, "http_401"), "secret set key");
  assertStringIncludes(adviceFor(cloud, "http_404"), "/v1");
  assertStringIncludes(adviceFor(cloud, "connect_refused"), "Start the server");
});
