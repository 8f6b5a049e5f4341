import { assertEquals } from "@std/assert";
import { canonicalModel, isCloudModelName, sameModel } from "./model_names.ts";

const names: [name: string, canonical: string][] = [
  ["llama3.2", "llama3.2:latest"],
  ["llama3.2:latest", "llama3.2:latest"],
  ["Llama3.2:1B", "llama3.2:1b"],
  ["library/llama3.2", "llama3.2:latest"],
  ["registry.ollama.ai/library/llama3.2:1b", "llama3.2:1b"],
  ["https://registry.ollama.ai/library/llama3.2:1b", "llama3.2:1b"],
  ["HTTP://Registry.Ollama.AI/library/llama3.2", "llama3.2:latest"],
  ["://llama3.2", "llama3.2:latest"],
  ["https://hf.co/Org/Model", "hf.co/org/model:latest"],
  ["hf.co/Org/Model-GGUF:Q4_K_M", "hf.co/org/model-gguf:q4_k_m"],
  ["localhost:5000/me/model", "localhost:5000/me/model:latest"],
  ["meta-llama/llama-3:free", "meta-llama/llama-3:free"],
];

for (const [name, canonical] of names) {
  Deno.test(`canonicalModel() of ${name} is ${canonical}`, () => assertEquals(canonicalModel(name), canonical));
}

Deno.test("sameModel() compares as Ollama does", () => {
  assertEquals(sameModel("llama3.2", "LLAMA3.2:latest"), true);
  assertEquals(sameModel("llama3.2", "llama3.2:1b"), false);
  assertEquals(sameModel("a/llama3.2", "b/llama3.2"), false);
});

Deno.test("isCloudModelName() knows the tags that Ollama passes to its cloud", () => {
  for (
    const name of [
      "kimi:cloud",
      "gpt-oss:120b-cloud",
      "KIMI:Cloud",
      "kimi: cloud ",
      "kimi:cloud\u0085",
      "https://ollama.com/a/b:cloud",
      "gpt-oss:120b-cloud@sha256:0123",
      "gpt-oss:cloud/",
      "gpt-oss:120b-cloud/x",
      "gpt-oss:cloud:latest",
      "gpt-oss:cloud\0",
      "gpt-oss:clo\u0000ud",
      "gpt-oss:120b-cloud\u200b",
      "gpt-oss:cl\u00adoud",
      "gpt-oss:cloud\ufe0f",
      "gpt-oss:cl\u034foud",
      "gpt-oss\u202e:7b",
      "gpt-oss:120b-\u212aloud",
      "gpt-oss:120b-\u0441loud",
      "gpt-oss:\uff43loud",
      "gpt-oss\uff1acloud",
      "gpt-oss:\u24d2loud",
      "gpt-oss:\u2003cloud",
      "kimi:cloud?",
    ]
  ) {
    assertEquals(isCloudModelName(name), true, name);
  }
  for (
    const name of [
      "cloud",
      "my-cloud",
      "my-cloud:latest",
      "cloud:1b",
      "host:5000/me/x-cloud",
      "host:5000/\u6a21\u578b",
      "\u6a21\u578b:7b",
      "kimi:cloudy",
      "kimi:cloud-7b",
      "kimi:overcloud",
      "llama3.2:1b@sha256:0123",
      "hf.co/Org/Model-GGUF:Q4_K_M",
    ]
  ) {
    assertEquals(isCloudModelName(name), false, name);
  }
});
