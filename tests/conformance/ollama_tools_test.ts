import { assert, assertEquals } from "@std/assert";
import type { Message, ToolCall } from "ollama";
import { personFor, personSchema, pngBase64, time, timeArguments, weather, weatherArguments } from "./samples.ts";
import { criterion } from "./setups.ts";
import type { Scene } from "./scene.ts";

const both = [weather, time];
const bothCalls = [
  { name: "get_weather", arguments: weatherArguments },
  { name: "get_time", arguments: timeArguments },
];

/** What an OpenAI backend was sent, as far as tools go. */
interface SentMessage {
  tool_call_id?: string;
  tool_calls?: { id: string; type: string; function: { arguments: string } }[];
}

function sentMessages(scene: Scene): SentMessage[] {
  return scene.seen.json.messages as SentMessage[];
}

function bare(calls: ToolCall[] | undefined) {
  return calls?.map(({ function: { name, arguments: args } }) => ({ name, arguments: args }));
}

async function streamedCalls(scene: Scene, content: string): Promise<ToolCall[]> {
  const messages = [{ role: "user", content }];
  const stream = await scene.ollama.chat({ model: "llama3.2", messages, tools: both, stream: true });
  const calls: ToolCall[] = [];
  let isDone = false;
  for await (const { message, done } of stream) {
    calls.push(...message.tool_calls ?? []);
    isDone = done;
  }
  assert(isDone);
  return calls;
}

criterion("ollama", "one tool call, whole and streamed", async (scene) => {
  const messages = [{ role: "user", content: "please get_weather" }];
  const { message } = await scene.ollama.chat({ model: "llama3.2", messages, tools: both });
  assertEquals(bare(message.tool_calls), [{ name: "get_weather", arguments: weatherArguments }]);
  assertEquals(message.content, "");
  assertEquals(bare(await streamedCalls(scene, "please get_weather")), [bothCalls[0]]);
  assertEquals(scene.seen.json.tools, both);
});

criterion("ollama", "parallel tool calls, whole and streamed", async (scene) => {
  const messages = [{ role: "user", content: "get_weather and get_time" }];
  const { message } = await scene.ollama.chat({ model: "llama3.2", messages, tools: both });
  assertEquals(bare(message.tool_calls), bothCalls);
  assertEquals(bare(await streamedCalls(scene, "get_weather and get_time")), bothCalls);
});

criterion("ollama", "tool calls whose fragments come mixed and without id, at every byte apart", async (scene) => {
  scene.answering.always = [{ kind: "tool_fragments" }, { kind: "split", sizes: 1 }];
  assertEquals(bare(await streamedCalls(scene, "get_weather and get_time")), bothCalls);
});

criterion("ollama", "the round trip of a tool call and its result", async (scene) => {
  const messages: Message[] = [{ role: "user", content: "get_weather and get_time" }];
  const { message } = await scene.ollama.chat({ model: "llama3.2", messages, tools: both });
  messages.push(message);
  messages.push({ role: "tool", tool_name: "get_weather", content: "sunny" });
  messages.push({ role: "tool", tool_name: "get_time", content: "noon" });
  const answer = await scene.ollama.chat({ model: "llama3.2", messages, tools: both });
  assertEquals(answer.message.content, "Hello from the answering model. The tool said: noon");
  if (!scene.isOpenAI) return assertEquals(scene.seen.json.messages, messages);
  const [, { tool_calls: calls = [] }, weatherResult, timeResult] = sentMessages(scene);
  assertEquals(calls.map(({ type }) => type), ["function", "function"]);
  assertEquals(JSON.parse(calls[0].function.arguments), weatherArguments);
  assertEquals([weatherResult.tool_call_id, timeResult.tool_call_id], calls.map(({ id }) => id));
  assert(weatherResult.tool_call_id !== timeResult.tool_call_id);
});

criterion("ollama", "an image is seen", async (scene) => {
  const messages = [{ role: "user", content: "what is this", images: [pngBase64] }];
  const { message } = await scene.ollama.chat({ model: "llama3.2", messages });
  assertEquals(message.content, `${scene.reply("what is this")} I see 1 image.`);
  if (!scene.isOpenAI) return assertEquals(scene.seen.json.messages, messages);
  const url = `data:image/png;base64,${pngBase64}`;
  const content = [{ type: "text", text: "what is this" }, { type: "image_url", image_url: { url } }];
  assertEquals(scene.seen.json.messages, [{ role: "user", content }]);
});

criterion("ollama", "an answer in JSON and in a schema's form", async (scene) => {
  const messages = [{ role: "user", content: "Ada" }];
  const json = await scene.ollama.chat({ model: "llama3.2", messages, format: "json" });
  assertEquals(JSON.parse(json.message.content), { server: "answering", answer: "Ada" });
  const person = await scene.ollama.chat({ model: "llama3.2", messages, format: personSchema });
  assertEquals(JSON.parse(person.message.content), personFor("Ada"));
  const stream = await scene.ollama.generate({
    model: "llama3.2",
    prompt: "Ada",
    format: personSchema,
    stream: true,
  });
  let text = "";
  for await (const { response } of stream) text += response;
  assertEquals(JSON.parse(text), personFor("Ada"));
});
