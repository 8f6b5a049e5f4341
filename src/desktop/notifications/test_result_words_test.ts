import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import type { ConnectionTest } from "../../state/connection_report.ts";
import { initialState, statusReport } from "../../state/status_report.ts";
import { testResultWords } from "./test_result_words.ts";

const facts = { now: 0, uptimeMs: 0, listen: "", version: "", pid: 1 };
const backends = [
  backendState({ url: "http://127.0.0.1:11434" }, { latencyMs: 4.2, has: ["a", "b", "c"] }),
  backendState(cloudInput, { has: [] }),
];
const report = statusReport({ ...initialState("local-first"), backends }, facts);
const [local, cloud] = report.backends;
const passed: ConnectionTest = { backend: "", ok: true, steps: [] };
const failed = (advice: string | null): ConnectionTest => ({
  backend: "",
  ok: false,
  steps: [
    { name: "Reach the server", ok: true, detail: "it answers", durationMs: 1, advice: null },
    { name: "List the models", ok: false, detail: "cloud.invalid refuses the token", durationMs: 1, advice },
  ],
});

Deno.test("testResultWords() says how one went, and what to do", () => {
  const table: [Parameters<typeof testResultWords>[0], string, string][] = [
    [[{ backend: local, test: passed }], "Ollama on this machine works", "3 models, 4 ms."],
    [[{ backend: cloud, test: passed }], "Your cloud works", "no models."],
    [
      [{ backend: cloud, test: failed("Get a new token") }],
      "Your cloud does not work",
      "cloud.invalid refuses the token. Get a new token.",
    ],
    [[{ backend: cloud, test: failed(null) }], "Your cloud does not work", "cloud.invalid refuses the token."],
  ];
  for (const [tested, summary, body] of table) assertEquals(testResultWords(tested, report), { summary, body });
});

Deno.test("testResultWords() says how several went, each in its line", () => {
  const summary = (...tests: ConnectionTest[]) =>
    testResultWords(tests.map((test, at) => ({ backend: [local, cloud, local][at], test })), report);
  assertEquals(summary(passed, failed("Get a new token")), {
    summary: "1 of 2 model servers works",
    body: "Ollama on this machine: 3 models, 4 ms.\nYour cloud: cloud.invalid refuses the token. Get a new token.",
  });
  assertEquals(summary(passed, passed).summary, "All 2 model servers work");
  assertEquals(summary(passed, failed(null), passed).summary, "2 of 3 model servers work");
  assertEquals(summary(failed(null), failed(null)).summary, "No model server works");
});
