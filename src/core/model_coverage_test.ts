import { assertEquals } from "@std/assert";
import { isNowhereElse, modelCoverage, type ModelPlace } from "./model_coverage.ts";

const local: ModelPlace = {
  id: "local",
  kind: "ollama",
  location: "local",
  enabled: true,
  health: "down",
  latencyMs: 3,
  models: ["llama3.2:3b", "qwen3:latest", "gpt-oss:120b-cloud"],
};
const cloud: ModelPlace = { ...local, id: "cloud", location: "cloud", health: "up", models: [] };

Deno.test("modelCoverage() counts by the names that routing goes by", () => {
  const table: [ModelPlace["models"], Partial<ModelPlace>, has: number][] = [
    [["gemma3"], {}, 0],
    [["qwen3"], {}, 1],
    [["QWEN3", "llama3.2:3b"], {}, 2],
    [["gpt-oss:120b"], {}, 1],
    [["gpt-oss:120b"], { kind: "openai" }, 0],
    [["llama3.2:3b", "qwen3", "gpt-oss:120b", "more"], {}, 3],
    [["llama3.2"], {}, 0],
  ];
  for (const [models, more, has] of table) {
    assertEquals(modelCoverage(local, { ...cloud, models, ...more }), { of: 3, has }, models.join());
  }
});

Deno.test("modelCoverage() says nothing where a list is not known or empty", () => {
  assertEquals(modelCoverage({ ...local, latencyMs: null }, cloud), undefined);
  assertEquals(modelCoverage(local, { ...cloud, latencyMs: null }), undefined);
  assertEquals(modelCoverage({ ...local, models: [] }, cloud), undefined);
});

Deno.test("isNowhereElse() is true only where every other backend in use is known to lack the model", () => {
  const table: [string, ModelPlace[], boolean][] = [
    ["llama3.2:3b", [local, cloud], true],
    ["qwen3", [local, { ...cloud, models: ["qwen3:latest"] }], false],
    ["llama3.2:3b", [local, { ...cloud, latencyMs: null }], false],
    ["llama3.2:3b", [local, { ...cloud, enabled: false }], false],
    ["llama3.2:3b", [local, { ...cloud, health: "disabled" }], false],
    ["llama3.2:3b", [local], false],
  ];
  for (const [model, places, is] of table) assertEquals(isNowhereElse(model, "local", places), is, model);
});
