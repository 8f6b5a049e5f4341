import { assert, assertEquals } from "@std/assert";
import type OpenAI from "openai";
import { criterion } from "./setups.ts";

type Chunk = OpenAI.Chat.ChatCompletionChunk;

const user = (content: string) => [{ role: "user" as const, content }];

/** What the chunks of a stream say together. */
async function gather(stream: AsyncIterable<Chunk>) {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const choices = chunks.flatMap((chunk) => chunk.choices);
  return {
    chunks,
    text: choices.map(({ delta }) => delta.content ?? "").join(""),
    reasoning: choices.map(({ delta }) => Reflect.get(delta, "reasoning") ?? "").join(""),
    finishes: choices.flatMap(({ finish_reason }) => finish_reason ?? []),
  };
}

criterion("openai", "chat gives a whole answer", async (scene) => {
  const answer = await scene.openai.chat.completions.create({ model: "llama3.2", messages: user("hi") });
  assertEquals([answer.object, answer.model, answer.choices.length], ["chat.completion", "llama3.2", 1]);
  const { message, finish_reason } = answer.choices[0];
  assertEquals([message.role, message.content, finish_reason], ["assistant", scene.reply("hi"), "stop"]);
  assertEquals(answer.usage, { prompt_tokens: 1, completion_tokens: 8, total_tokens: 9 });
  assert(answer.id !== "" && answer.created > 1_600_000_000);
});

criterion("openai", "chat streams an answer token by token to its finish", async (scene) => {
  const messages = user("héllo 你好 👋🏽");
  const stream = await scene.openai.chat.completions.create({ model: "llama3.2", messages, stream: true });
  const { chunks, text, finishes } = await gather(stream);
  assertEquals(text, scene.reply("héllo 你好 👋🏽"));
  assertEquals(finishes, ["stop"]);
  assert(chunks.length > 5, `${chunks.length} chunks`);
  assertEquals(chunks[0].choices[0].delta.role, "assistant");
  assertEquals([...new Set(chunks.map(({ object }) => object))], ["chat.completion.chunk"]);
  assertEquals(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size, 1);
  assertEquals(chunks.some(({ usage }) => usage), false);
});

criterion("openai", "a stream tells its usage when asked to, in a last chunk without choices", async (scene) => {
  const stream = await scene.openai.chat.completions.create({
    model: "llama3.2",
    messages: user("hi"),
    stream: true,
    stream_options: { include_usage: true },
  });
  const { chunks } = await gather(stream);
  const last = chunks.at(-1)!;
  assertEquals(last.choices, []);
  assertEquals(last.usage, { prompt_tokens: 1, completion_tokens: 8, total_tokens: 9 });
});

criterion("openai", "chat sends the whole conversation, also content in parts", async (scene) => {
  const answer = await scene.openai.chat.completions.create({
    model: "llama3.2",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "one" },
      { role: "assistant", content: "two" },
      { role: "user", content: [{ type: "text", text: "three" }] },
    ],
  });
  assertEquals(answer.choices[0].message.content, scene.reply("three"));
  const sent = scene.seen.json.messages as { role: string; content: unknown }[];
  assertEquals(sent.map(({ role }) => role), ["system", "user", "assistant", "user"]);
  assertEquals(sent[3].content, scene.isOpenAI ? [{ type: "text", text: "three" }] : "three");
});

criterion("openai", "stop words and sampling reach the model", async (scene) => {
  const answer = await scene.openai.chat.completions.create({
    model: "llama3.2",
    messages: user("hi"),
    seed: 42,
    temperature: 0.25,
    top_p: 0.5,
    max_completion_tokens: 100,
    stop: " You",
  });
  assertEquals(answer.choices[0].message.content, "Hello from the answering model.");
  const sent = scene.seen.json;
  if (scene.isOpenAI) {
    assertEquals([sent.seed, sent.temperature, sent.top_p, sent.stop], [42, 0.25, 0.5, " You"]);
    assertEquals(sent.max_completion_tokens, 100);
  } else {
    assertEquals(sent.options, { seed: 42, temperature: 0.25, top_p: 0.5, num_predict: 100, stop: [" You"] });
  }
});

criterion("openai", "an answer that reached its limit says so, whole and streamed", async (scene) => {
  const request = { model: "llama3.2", messages: user("hi"), max_tokens: 2 };
  const whole = await scene.openai.chat.completions.create(request);
  assertEquals([whole.choices[0].message.content, whole.choices[0].finish_reason], ["Hello from", "length"]);
  const { text, finishes } = await gather(await scene.openai.chat.completions.create({ ...request, stream: true }));
  assertEquals([text, finishes], ["Hello from", ["length"]]);
});

criterion("openai", "reasoning comes apart from the answer, whole and streamed", async (scene) => {
  const request = { model: "qwen3", messages: user("hi"), reasoning_effort: "low" as const };
  const { choices: [{ message }] } = await scene.openai.chat.completions.create(request);
  assertEquals([Reflect.get(message, "reasoning"), message.content], ["The user asks: hi", scene.reply("hi")]);
  const streamed = await gather(await scene.openai.chat.completions.create({ ...request, stream: true }));
  assertEquals([streamed.reasoning, streamed.text], ["The user asks: hi", scene.reply("hi")]);
  assertEquals(scene.isOpenAI ? scene.seen.json.reasoning_effort : scene.seen.json.think, "low");
});

criterion("openai", "completions answer, whole and streamed", async (scene) => {
  const whole = await scene.openai.completions.create({ model: "llama3.2", prompt: "hi" });
  assertEquals([whole.object, whole.choices[0].text], ["text_completion", scene.reply("hi")]);
  assertEquals(whole.choices[0].finish_reason, "stop");
  const stream = await scene.openai.completions.create({ model: "llama3.2", prompt: "hi", stream: true });
  let text = "";
  const finishes: string[] = [];
  for await (const { choices: [choice] } of stream) {
    text += choice.text;
    if (choice.finish_reason) finishes.push(choice.finish_reason);
  }
  assertEquals([text, finishes], [scene.reply("hi"), ["stop"]]);
});
