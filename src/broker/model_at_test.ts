import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../tests/support/states.ts";
import { modelAt } from "./model_at.ts";

const has = ["gpt-oss:120b", "kimi-k2"];

Deno.test("modelAt() lets a mapping of the user's outweigh the backend's list", () => {
  const mapped = { ...cloudInput, models: { "llama3.2": "meta-llama/llama-3.2-3b" } };
  const expected = { model: "meta-llama/llama-3.2-3b", has: "mapped" } as const;
  for (const list of [[], ["llama3.2"], null]) {
    assertEquals(modelAt(backendState(mapped, { has: list }), "LLAMA3.2:latest"), expected);
  }
  assertEquals(modelAt(backendState(mapped, { has: ["qwen3"] }), "qwen3"), { model: "qwen3", has: "listed" });
});

Deno.test("modelAt() says whether the model is there, as far as that is known", () => {
  assertEquals(modelAt(backendState({}, { has: null }), "any"), { model: "any", has: "unknown" });
  assertEquals(modelAt(backendState({}, { has: [] }), "any"), { model: "any", has: "absent" });
});

Deno.test("modelAt() keeps the client's spelling for Ollama, which knows all, and the listed one for others", () => {
  const ollama = backendState({}, { has: ["llama3.2:latest"] });
  assertEquals(modelAt(ollama, "llama3.2"), { model: "llama3.2", has: "listed" });
  const openai = backendState(cloudInput, { has: ["GPT-5", "gpt-5"] });
  assertEquals(modelAt(openai, "gpt-5:latest"), { model: "GPT-5", has: "listed" });
  assertEquals(modelAt(openai, "gpt-5"), { model: "gpt-5", has: "listed" });
});

Deno.test("modelAt() knows the cloud's own names of what a local Ollama calls -cloud", () => {
  const cloud = backendState({ ...cloudInput, kind: "ollama", url: "https://ollama.invalid" }, { has });
  assertEquals(modelAt(cloud, "gpt-oss:120b-cloud"), { model: "gpt-oss:120b", has: "listed" });
  assertEquals(modelAt(cloud, "kimi-k2:cloud"), { model: "kimi-k2", has: "listed" });
  assertEquals(modelAt(cloud, "none-cloud"), { model: "none-cloud", has: "absent" });
  const unlisted = backendState({ ...cloudInput, kind: "ollama", url: "https://ollama.invalid" }, { has: null });
  assertEquals(modelAt(unlisted, "gpt-oss:120b-cloud"), { model: "gpt-oss:120b", has: "unknown" });
  for (const other of [backendState(cloudInput, { has }), backendState({}, { has })]) {
    assertEquals(modelAt(other, "gpt-oss:120b-cloud"), { model: "gpt-oss:120b-cloud", has: "absent" });
  }
});
