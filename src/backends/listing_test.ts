import { assertEquals } from "@std/assert";
import { listOf, ollamaModel, openaiModel, textOf } from "./listing.ts";

Deno.test("listOf() takes what it understands and leaves out the rest", () => {
  const json = { models: [{ name: "a" }, null, 7, "b", { nothing: true }, [], { model: "c" }] };
  assertEquals(listOf(json, "models", ollamaModel)?.map(({ name }) => name), ["a", "c"]);
  assertEquals(listOf({ models: null }, "models", ollamaModel), []);
  for (const json of [{}, { models: {} }, { models: "a" }, [], null, undefined, 5]) {
    assertEquals(listOf(json, "models", ollamaModel), undefined, JSON.stringify(json));
  }
});

Deno.test("ollamaModel() reads an entry of /api/tags", () => {
  const entry = {
    name: "gpt-oss:120b-cloud",
    model: "gpt-oss:120b-cloud",
    modified_at: "2026-01-02T03:04:05Z",
    size: 382,
    digest: "abc",
    details: { family: "gptoss" },
    remote_model: "gpt-oss:120b",
    remote_host: "https://ollama.com:443",
    unknown: 1,
  };
  assertEquals(ollamaModel(entry), {
    name: "gpt-oss:120b-cloud",
    sizeBytes: 382,
    modifiedAt: "2026-01-02T03:04:05Z",
    digest: "abc",
    details: { family: "gptoss" },
    remoteHost: "https://ollama.com:443",
    remoteModel: "gpt-oss:120b",
  });
  const { name, sizeBytes, details } = ollamaModel({ model: "m", size: "big", details: [1] })!;
  assertEquals([name, sizeBytes, details], ["m", undefined, undefined]);
  assertEquals([ollamaModel({}), ollamaModel({ name: "" }), ollamaModel({ name: 5 })], [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("openaiModel() finds the length of the context under each of its names", () => {
  const model = { id: "m", created: 1_700_000_000 };
  for (const field of ["context_length", "context_window", "max_model_len"]) {
    assertEquals(openaiModel({ ...model, [field]: 8_192 }), {
      name: "m",
      modifiedAt: "2023-11-14T22:13:20.000Z",
      contextLength: 8_192,
    });
  }
  assertEquals(openaiModel({ id: "m", created: 0 }), { name: "m", modifiedAt: undefined, contextLength: undefined });
  assertEquals(openaiModel({ name: "m" }), undefined);
});

Deno.test("listOf() takes 10,000 models, none whose name is too long or has control characters", () => {
  const many = Array.from({ length: 10_050 }, (_, index) => ({ name: `m${index}` }));
  const models = listOf({ models: [{ name: "" }, ...many] }, "models", ollamaModel);
  assertEquals([models?.length, models?.at(-1)?.name], [10_000, "m9999"]);
  for (const name of ["x".repeat(513), "a\u001b[2Jb", "a\nb", "a\u009bb", "a\u007f"]) {
    assertEquals([ollamaModel({ name }), openaiModel({ id: name })], [undefined, undefined]);
  }
  assertEquals(ollamaModel({ name: "x".repeat(512) })?.name.length, 512);
  assertEquals(ollamaModel({ name: "模型:7b" })?.name, "模型:7b");
});

Deno.test("openaiModel() survives a date that cannot be", () => {
  assertEquals(openaiModel({ id: "m", created: 1e300 })?.modifiedAt, undefined);
});

Deno.test("textOf() is a text that is there, or nothing", () => {
  assertEquals(
    [{ a: "x" }, { a: "" }, { a: 1 }, {}, null, "a", ["a"]].map((json) => textOf(json, "a")),
    ["x", ...Array(6).fill(undefined)],
  );
});
