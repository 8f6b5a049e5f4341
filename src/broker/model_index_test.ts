import { assert, assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import type { ModelInfo } from "../state/app_state.ts";
import { orderCandidates } from "./candidates.ts";
import { modelIndex } from "./model_index.ts";
import { listModels } from "./models.ts";

Deno.test("modelIndex() finds the very name before another spelling of it, and the first of equals", () => {
  const has = [{ name: "GPT-5", sizeBytes: 1 }, { name: "gpt-5", sizeBytes: 2 }];
  const index = modelIndex(backendState({ models: { A: "first", a: "second" } }, { has, warm: ["gpt-5:latest"] }));
  assertEquals(["gpt-5", "GPT-5", "gpt-5:latest", "other"].map((name) => index.listed(name)?.sizeBytes), [
    2,
    1,
    1,
    undefined,
  ]);
  assertEquals([index.mapped("a:latest"), index.mapped("b")], ["first", undefined]);
  assertEquals([index.isWarm("GPT-5"), index.isWarm("other")], [true, false]);
});

Deno.test("modelIndex() follows a replaced list, and takes names of Object's own for names", () => {
  const backend = backendState({}, { has: null });
  assertEquals(modelIndex(backend).listed("llama3.2"), undefined);
  assertEquals(modelIndex({ ...backend, models: [{ name: "llama3.2" }] }).listed("llama3.2"), { name: "llama3.2" });
  assertEquals(modelIndex({ ...backend, models: [] }).listed("llama3.2"), undefined);
  for (const name of ["constructor", "__proto__"]) {
    assertEquals([modelIndex(backend).mapped(name), modelIndex({ ...backend, models: [] }).listed(name)], [
      undefined,
      undefined,
    ]);
  }
});

Deno.test("a list of models is read a few times, not once for each model", () => {
  const count = 1_000;
  let reads = 0;
  const models = Array.from({ length: count }, (_, index): ModelInfo => ({
    get name() {
      reads++;
      return `model-${index}:7b`;
    },
  }));
  const backends = [backendState({}, { has: models }), backendState(cloudInput, { has: models })];
  assertEquals(listModels(backends, { mode: "local-first", now: 0 }).length, count);
  assert(reads <= 20 * count, `${reads} reads of ${count} names`);
  reads = 0;
  orderCandidates({ model: "model-999:7b", class: "inference" }, backends, { mode: "local-only", now: 0 });
  assert(reads <= 10, `${reads} reads of names for one request`);
});
