import { assert, assertEquals } from "@std/assert";
import { criterion } from "./setups.ts";

criterion("ollama", "embed gives a vector of length one for each text", async (scene) => {
  const { embeddings, model } = await scene.ollama.embed({ model: "nomic-embed-text", input: ["red", "blue", "red"] });
  assertEquals(model, "nomic-embed-text");
  assertEquals(embeddings.map((vector) => vector.length), [8, 8, 8]);
  assertEquals(embeddings[0], embeddings[2]);
  assert(embeddings[0].some((value, i) => value !== embeddings[1][i]));
  for (const vector of embeddings) assert(Math.abs(Math.hypot(...vector) - 1) < 1e-6);
  const single = await scene.ollama.embed({ model: "nomic-embed-text", input: "red" });
  assertEquals(single.embeddings, [embeddings[0]]);
});

criterion("ollama", "the old embeddings request gives one vector", async (scene) => {
  const { embedding } = await scene.ollama.embeddings({ model: "nomic-embed-text", prompt: "red" });
  assertEquals(embedding.length, 8);
  assert(embedding.every((value) => typeof value === "number"));
});

criterion("ollama", "list shows every model once, with all fields that clients read", async (scene) => {
  const { models } = await scene.ollama.list();
  const names = models.map(({ name }) => name.replace(/:latest$/, "")).sort();
  assertEquals(names, ["llama3.2", "nomic-embed-text", "plain", "qwen3"]);
  for (const model of models) {
    assertEquals(model.model, model.name);
    assertEquals([typeof model.size, typeof model.digest], ["number", "string"]);
    assert(!Number.isNaN(Date.parse(String(model.modified_at))));
    assert(Array.isArray(model.details.families));
  }
});

criterion("ollama", "show describes a model, wherever it lives", async (scene) => {
  const shown = await scene.ollama.show({ model: "llama3.2" });
  assert(shown.capabilities.includes("completion"));
  assertEquals(typeof shown.details.family, "string");
  assertEquals(typeof shown.modelfile, "string");
  assertEquals(typeof shown.template, "string");
  assert(shown.model_info);
});

criterion("ollama", "ps lists what the local Ollama has loaded", async (scene) => {
  await scene.ollama.chat({ model: "llama3.2", messages: [{ role: "user", content: "hi" }] });
  const { models } = await scene.ollama.ps();
  assertEquals(
    models.map(({ name, model }) => [name, model]),
    scene.isLocalOllama ? [["llama3.2:latest", "llama3.2:latest"]] : [],
  );
});

criterion("ollama", "version is a version", async (scene) => {
  const { version } = await scene.ollama.version();
  assert(/^\d+\.\d+\.\d+/.test(version), version);
});
