import { assertEquals } from "@std/assert";
import { modelParts } from "./model_parts.ts";
import { suggestMapping } from "./suggest_mapping.ts";

const shop = [
  "meta-llama/llama-3.2-1b-instruct",
  "meta-llama/llama-3.2-3b-instruct",
  "meta-llama/llama-3.2-3b-instruct:free",
  "meta-llama/llama-3.2-11b-vision-instruct",
  "meta-llama/llama-3.1-8b-instruct",
  "meta-llama/llama-3.1-405b-instruct",
  "meta-llama/llama-3.3-70b-instruct",
  "qwen/qwen-2.5-7b-instruct",
  "qwen/qwen-2.5-72b-instruct",
  "qwen/qwen-2.5-coder-7b-instruct",
  "qwen/qwen-2.5-coder-32b-instruct",
  "qwen/qwen3-8b",
  "qwen/qwen3-30b-a3b",
  "qwen/qwen3-30b-a3b-instruct-2507",
  "qwen/qwen3-30b-a3b-thinking-2507",
  "qwen/qwen3-coder",
  "qwen/qwen3-coder-30b-a3b-instruct",
  "openai/gpt-oss-20b",
  "openai/gpt-oss-120b",
  "openai/gpt-4o-mini",
  "google/gemma-3-4b-it",
  "google/gemma-3-27b-it",
  "google/gemma-3n-e4b-it",
  "mistralai/mistral-7b-instruct-v0.3",
  "mistralai/mistral-nemo",
  "mistralai/mistral-large-2407",
  "mistralai/mistral-small-3.1-24b-instruct",
  "mistralai/mixtral-8x7b-instruct",
  "microsoft/phi-4",
  "microsoft/phi-3-mini-128k-instruct",
  "deepseek/deepseek-r1",
  "deepseek/deepseek-r1-distill-llama-70b",
  "deepseek/deepseek-chat",
  "cohere/command-r-08-2024",
  "moonshotai/kimi-k2",
  "nomic-ai/nomic-embed-text-v1.5",
];

Deno.test("suggestMapping() finds the nearest of a cloud's models by family and size", () => {
  const table: [name: string, expected: string | undefined, sizeB?: number][] = [
    ["llama3.2", "meta-llama/llama-3.2-3b-instruct", 3.2],
    ["llama3.2:latest", "meta-llama/llama-3.2-3b-instruct", 3.2],
    ["llama3.2:1b", "meta-llama/llama-3.2-1b-instruct", 1.2],
    ["llama3.2:3b-instruct-q4_K_M", "meta-llama/llama-3.2-3b-instruct"],
    ["hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M", "meta-llama/llama-3.2-3b-instruct"],
    ["llama3.2-vision:11b", "meta-llama/llama-3.2-11b-vision-instruct"],
    ["llama3.1:8b", "meta-llama/llama-3.1-8b-instruct"],
    ["llama3.3", "meta-llama/llama-3.3-70b-instruct", 70.6],
    ["qwen2.5-coder:7b", "qwen/qwen-2.5-coder-7b-instruct"],
    ["qwen2.5-coder:14b-instruct-fp16", "qwen/qwen-2.5-coder-7b-instruct"],
    ["qwen2.5:7b", "qwen/qwen-2.5-7b-instruct"],
    ["qwen3:30b", "qwen/qwen3-30b-a3b"],
    ["qwen3:30b-a3b-thinking-2507-q4_K_M", "qwen/qwen3-30b-a3b-thinking-2507"],
    ["qwen3:30b-a3b-instruct-2507", "qwen/qwen3-30b-a3b-instruct-2507"],
    ["qwen3-coder:30b", "qwen/qwen3-coder-30b-a3b-instruct"],
    ["gpt-oss:20b", "openai/gpt-oss-20b"],
    ["gpt-oss:120b-cloud", "openai/gpt-oss-120b"],
    ["gemma3", "google/gemma-3-4b-it", 4.3],
    ["gemma3:27b-it-qat", "google/gemma-3-27b-it"],
    ["gemma3n:e4b", "google/gemma-3n-e4b-it"],
    ["mistral:7b", "mistralai/mistral-7b-instruct-v0.3"],
    ["mistral-nemo:12b", "mistralai/mistral-nemo"],
    ["mistral-small3.1:24b", "mistralai/mistral-small-3.1-24b-instruct"],
    ["mixtral:8x7b", "mistralai/mixtral-8x7b-instruct"],
    ["phi4:14b", "microsoft/phi-4"],
    ["phi3:mini", "microsoft/phi-3-mini-128k-instruct"],
    ["deepseek-r1:32b", "deepseek/deepseek-r1"],
    ["command-r", "cohere/command-r-08-2024"],
    ["kimi-k2:1t-cloud", "moonshotai/kimi-k2"],
  ];
  for (const [name, expected, sizeB] of table) assertEquals(suggestMapping(name, shop, { sizeB }), expected, name);
});

Deno.test("suggestMapping() finds the way back, from a cloud's name to a local one", () => {
  const local = ["llama3.2:latest", "qwen2.5-coder:7b", "gpt-oss:20b"];
  const table: [name: string, expected: string | undefined][] = [
    ["meta-llama/llama-3.2-3b-instruct", "llama3.2:latest"],
    ["qwen/qwen-2.5-coder-7b-instruct:free", "qwen2.5-coder:7b"],
    ["openai/gpt-oss-20b", "gpt-oss:20b"],
    ["openai/gpt-oss-120b", undefined],
    ["openai/gpt-4o-mini", undefined],
  ];
  for (const [name, expected] of table) assertEquals(suggestMapping(name, local), expected, name);
});

Deno.test("suggestMapping() suggests nothing silly: another family, another kind, another order of size, vectors", () => {
  const others = ["meta-llama/llama-3.1-405b-instruct", "openai/gpt-oss-120b", "qwen/qwen-2.5-72b-instruct"];
  const table: [name: string, available: readonly string[]][] = [
    ["llama3.2", ["meta-llama/llama-3.2-11b-vision-instruct", "meta-llama/llama-3.1-8b-instruct"]],
    ["llama3:8b", shop],
    ["llama3.1:8b", others],
    ["qwen2.5:0.5b", others],
    ["gpt-oss:20b", ["openai/gpt-4o", "openai/gpt-3.5-turbo"]],
    ["phi4-mini", ["microsoft/phi-4"]],
    ["mistral:7b", ["mistralai/mistral-large-2407", "mistralai/mistral-nemo"]],
    ["deepseek-r1:8b", ["deepseek/deepseek-chat", "deepseek/deepseek-r1-distill-llama-70b"]],
    ["nomic-embed-text", ["nomic-ai/nomic-embed-text-v1.5", "nomic-embed-text"]],
    ["all-minilm:33m", ["sentence-transformers/all-minilm-33m"]],
    ["bge-m3", ["baai/bge-m3"]],
    ["my-own-model", shop],
    ["", shop],
    [":latest", shop],
    ["<img src=x onerror=alert(1)>", shop],
    ["__proto__", shop],
  ];
  for (const [name, available] of table) assertEquals(suggestMapping(name, available), undefined, name);
});

Deno.test("suggestMapping() is indifferent to the order of the list", () => {
  for (const name of ["llama3.2", "qwen2.5-coder:7b", "qwen3:30b"]) {
    assertEquals(suggestMapping(name, shop.toReversed()), suggestMapping(name, shop), name);
  }
});

Deno.test("modelParts() reads family, size and details", () => {
  const table: [name: string, family: string, sizeB: number | undefined, details: string[]][] = [
    ["llama3.2", "llama-3.2", undefined, []],
    ["mixtral:8x7b", "mixtral", 56, []],
    ["smollm2:135m", "smollm-2", 0.135, []],
    ["qwen3-30b-a3b-instruct-2507", "qwen-3", 30, ["2507", "a3b"]],
    ["anthropic/claude-3-5-sonnet-20241022", "claude-3-5-sonnet", undefined, ["20241022"]],
    ["phi-3-mini-128k-instruct", "phi-3-mini", undefined, ["128k"]],
    ["chat", "chat", undefined, []],
  ];
  for (const [name, family, sizeB, details] of table) assertEquals(modelParts(name), { family, sizeB, details }, name);
});
