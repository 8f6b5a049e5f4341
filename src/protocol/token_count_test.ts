import { assertEquals } from "@std/assert";
import { ollamaUsage } from "./ollama_frames.ts";
import { openaiUsage } from "./openai_frames.ts";
import { tokenCount } from "./token_count.ts";

Deno.test("tokenCount() takes whole numbers that can be true", () => {
  for (const told of [0, 1, 1e9]) assertEquals(tokenCount(told), told);
  for (const told of [-5, 5.5, 1e308, 1e9 + 1, NaN, Infinity, "5", null, undefined, {}]) {
    assertEquals(tokenCount(told), undefined, String(told));
  }
});

Deno.test("what is no count of tokens is as if it was not told", () => {
  assertEquals(openaiUsage({ usage: { prompt_tokens: -5, completion_tokens: 7 } }), { outputTokens: 7 });
  assertEquals(openaiUsage({ usage: { prompt_tokens: 1e308, completion_tokens: 7.5 } }), {});
  assertEquals(ollamaUsage({ prompt_eval_count: -1, eval_count: 3 }), { outputTokens: 3 });
});
