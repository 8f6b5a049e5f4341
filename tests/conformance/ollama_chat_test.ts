import { assert, assertEquals } from "@std/assert";
import type { ChatResponse } from "ollama";
import { criterion } from "./setups.ts";

const user = (content: string) => [{ role: "user", content }];

/** What the parts of a stream say together. */
async function gather(stream: AsyncIterable<ChatResponse>) {
  const parts: ChatResponse[] = [];
  for await (const part of stream) parts.push(part);
  const text = parts.map(({ message }) => message.content).join("");
  const thinking = parts.map(({ message }) => message.thinking ?? "").join("");
  return { parts, text, thinking, last: parts.at(-1)! };
}

criterion("ollama", "chat gives a whole answer", async (scene) => {
  const answer = await scene.ollama.chat({ model: "llama3.2", messages: user("hi") });
  assertEquals(answer.message, { role: "assistant", content: scene.reply("hi") });
  assertEquals([answer.model, answer.done, answer.done_reason], ["llama3.2", true, "stop"]);
  assertEquals([answer.prompt_eval_count, answer.eval_count], [1, 8]);
  assert(!Number.isNaN(Date.parse(String(answer.created_at))));
});

criterion("ollama", "chat streams an answer token by token to its final object", async (scene) => {
  const stream = await scene.ollama.chat({ model: "llama3.2", messages: user("héllo 你好 👋🏽"), stream: true });
  const { parts, text, last } = await gather(stream);
  assertEquals(text, scene.reply("héllo 你好 👋🏽"));
  assert(parts.length > 5, `${parts.length} parts`);
  assertEquals(parts.filter(({ done }) => done), [last]);
  assertEquals([last.done_reason, last.prompt_eval_count, last.eval_count], ["stop", 3, 10]);
  assertEquals([...new Set(parts.map(({ model }) => model))], ["llama3.2"]);
});

criterion("ollama", "chat sends the whole conversation, its system message first", async (scene) => {
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "one" },
    { role: "assistant", content: "two" },
    { role: "user", content: "three" },
  ];
  const answer = await scene.ollama.chat({ model: "llama3.2", messages });
  assertEquals(answer.message.content, scene.reply("three"));
  assertEquals(scene.seen.json.messages, messages);
});

criterion("ollama", "stop words and options reach the model", async (scene) => {
  const options = { seed: 42, temperature: 0.25, top_p: 0.5, num_predict: 100, stop: [" You"] };
  const answer = await scene.ollama.chat({ model: "llama3.2", messages: user("hi"), options });
  assertEquals(answer.message.content, "Hello from the answering model.");
  const sent = scene.seen.json;
  if (scene.isOpenAI) {
    const { seed, temperature, top_p, stop } = sent;
    assertEquals({ seed, temperature, top_p, stop }, { seed: 42, temperature: 0.25, top_p: 0.5, stop: [" You"] });
    assertEquals(sent.max_tokens ?? sent.max_completion_tokens, 100);
  } else assertEquals(sent.options, options);
});

criterion("ollama", "an answer that reached its limit says so, whole and streamed", async (scene) => {
  const request = { model: "llama3.2", messages: user("hi"), options: { num_predict: 2 } };
  const whole = await scene.ollama.chat(request);
  assertEquals([whole.message.content, whole.done_reason], ["Hello from", "length"]);
  const { text, last } = await gather(await scene.ollama.chat({ ...request, stream: true }));
  assertEquals([text, last.done_reason], ["Hello from", "length"]);
});

criterion("ollama", "thinking comes apart from the answer, whole and streamed", async (scene) => {
  const request = { model: "qwen3", messages: user("hi"), think: true };
  const { message } = await scene.ollama.chat(request);
  assertEquals([message.thinking, message.content], ["The user asks: hi", scene.reply("hi")]);
  const { text, thinking } = await gather(await scene.ollama.chat({ ...request, stream: true }));
  assertEquals([thinking, text], ["The user asks: hi", scene.reply("hi")]);
  const without = await scene.ollama.chat({ ...request, think: false });
  assertEquals([without.message.thinking, without.message.content], [undefined, scene.reply("hi")]);
});

criterion("ollama", "a level of thinking reaches the model", async (scene) => {
  const { message } = await scene.ollama.chat({ model: "qwen3", messages: user("hi"), think: "high" });
  assertEquals(message.thinking, "The user asks: hi");
  assertEquals(scene.isOpenAI ? scene.seen.json.reasoning_effort : scene.seen.json.think, "high");
});

criterion("ollama", "generate answers, whole and streamed", async (scene) => {
  const whole = await scene.ollama.generate({ model: "llama3.2", prompt: "hi", system: "Be brief." });
  assertEquals([whole.response, whole.done, whole.done_reason], [scene.reply("hi"), true, "stop"]);
  assertEquals(whole.eval_count, 8);
  const stream = await scene.ollama.generate({ model: "llama3.2", prompt: "hi", stream: true });
  let text = "";
  let parts = 0;
  let isDone = false;
  for await (const part of stream) {
    text += part.response;
    parts++;
    isDone = part.done;
  }
  assertEquals([text, isDone], [scene.reply("hi"), true]);
  assert(parts > 5, `${parts} parts`);
});

criterion("ollama", "generate sees images and thinks", async (scene) => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const seen = await scene.ollama.generate({ model: "llama3.2", prompt: "hi", images: [png] });
  assertEquals(seen.response, `${scene.reply("hi")} I see 1 image.`);
  const thought = await scene.ollama.generate({ model: "qwen3", prompt: "hi", think: true });
  assertEquals([thought.thinking, thought.response], ["The user asks: hi", scene.reply("hi")]);
});
