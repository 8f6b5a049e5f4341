import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import { criterion } from "./setups.ts";

criterion("openai", "embeddings come as numbers, though the client asks for base64 by itself", async (scene) => {
  const { data, object, model } = await scene.openai.embeddings.create({
    model: "nomic-embed-text",
    input: ["red", "blue", "red"],
  });
  assertEquals([object, model], ["list", "nomic-embed-text"]);
  assertEquals(data.map(({ index, embedding }) => [index, embedding.length]), [[0, 8], [1, 8], [2, 8]]);
  assertEquals(data[0].embedding, data[2].embedding);
  for (const { embedding } of data) assert(Math.abs(Math.hypot(...embedding) - 1) < 1e-6);
});

criterion("openai", "embeddings as floats and as base64 are the same vectors", async (scene) => {
  const request = { model: "nomic-embed-text", input: "red" };
  const { data: [asked] } = await scene.openai.embeddings.create(request);
  const { data: [floats] } = await scene.openai.embeddings.create({ ...request, encoding_format: "float" });
  assertEquals(floats.embedding.map(Math.fround), asked.embedding.map(Math.fround));
  const { data: [base64] } = await scene.openai.embeddings.create({ ...request, encoding_format: "base64" });
  assertEquals(typeof base64.embedding, "string");
});

criterion("openai", "embeddings have the length that is asked for", async (scene) => {
  const { data } = await scene.openai.embeddings.create({ model: "nomic-embed-text", input: "red", dimensions: 4 });
  assertEquals(data[0].embedding.length, 4);
});

criterion("openai", "models lists every model once", async (scene) => {
  const names: string[] = [];
  for await (const { id, object, created, owned_by } of scene.openai.models.list()) {
    assertEquals([object, typeof created, typeof owned_by], ["model", "number", "string"]);
    names.push(id.replace(/:latest$/, ""));
  }
  assertEquals(names.sort(), ["llama3.2", "nomic-embed-text", "plain", "qwen3"]);
});

criterion("openai", "models retrieves one, and 404 for what nobody has", async (scene) => {
  const model = await scene.openai.models.retrieve("llama3.2");
  assertEquals([model.id.replace(/:latest$/, ""), model.object], ["llama3.2", "model"]);
  const error = await assertRejects(() => scene.openai.models.retrieve("nobody/has-it"), OpenAI.NotFoundError);
  assertEquals(error.code, "model_not_found");
});
