import { assert, assertEquals } from "@std/assert";
import type OpenAI from "openai";
import { personFor, personSchema, pngBase64, time, timeArguments, weather, weatherArguments } from "./samples.ts";
import { criterion } from "./setups.ts";
import type { Scene } from "./scene.ts";

type Message = OpenAI.Chat.ChatCompletionMessage;

const tools = [weather, time];
const bothCalls = [
  { name: "get_weather", arguments: weatherArguments },
  { name: "get_time", arguments: timeArguments },
];

/** The calls with their arguments parsed; each must have an id of its own. */
function parsed(message: Message) {
  const calls = (message.tool_calls ?? []).flatMap((call) => call.type === "function" ? call : []);
  assertEquals(new Set(calls.map(({ id }) => id)).size, calls.length);
  assert(calls.every(({ id }) => id !== ""));
  return calls.map(({ function: { name, arguments: text } }) => ({ name, arguments: JSON.parse(text) }));
}

async function whole(scene: Scene, content: string): Promise<Message> {
  const messages = [{ role: "user" as const, content }];
  const { choices: [choice] } = await scene.openai.chat.completions.create({ model: "llama3.2", messages, tools });
  assertEquals(choice.finish_reason, "tool_calls");
  return choice.message;
}

/** By the client's own accumulator, which is strict about ids, indexes and the finish. */
async function streamed(scene: Scene, content: string): Promise<Message> {
  const messages = [{ role: "user" as const, content }];
  const stream = scene.openai.chat.completions.stream({ model: "llama3.2", messages, tools });
  const { choices: [choice] } = await stream.finalChatCompletion();
  assertEquals(choice.finish_reason, "tool_calls");
  return choice.message;
}

criterion("openai", "one tool call, whole and streamed", async (scene) => {
  assertEquals(parsed(await whole(scene, "please get_weather")), [bothCalls[0]]);
  assertEquals(parsed(await streamed(scene, "please get_weather")), [bothCalls[0]]);
  assertEquals(scene.seen.json.tools, tools);
});

criterion("openai", "parallel tool calls, whole and streamed", async (scene) => {
  assertEquals(parsed(await whole(scene, "get_weather and get_time")), bothCalls);
  assertEquals(parsed(await streamed(scene, "get_weather and get_time")), bothCalls);
});

criterion("openai", "tool calls in fragments at every byte apart", async (scene) => {
  scene.answering.always = { kind: "split", sizes: 1 };
  assertEquals(parsed(await streamed(scene, "get_weather and get_time")), bothCalls);
});

criterion("openai", "the round trip of tool calls, run by the client itself", async (scene) => {
  const results: unknown[] = [];
  const run = (result: string) => (args: unknown) => {
    results.push(args);
    return result;
  };
  const runner = scene.openai.chat.completions.runTools({
    model: "llama3.2",
    messages: [{ role: "user", content: "get_weather and get_time" }],
    tools: [
      { ...weather, function: { ...weather.function, parse: JSON.parse, function: run("sunny") } },
      { ...time, function: { ...time.function, parse: JSON.parse, function: run("noon") } },
    ],
  });
  assertEquals(await runner.finalContent(), "Hello from the answering model. The tool said: noon");
  assertEquals(results, [weatherArguments, timeArguments]);
  const sent = scene.seen.json.messages as { role: string; tool_call_id?: string; tool_name?: string }[];
  assertEquals(sent.map(({ role }) => role), ["user", "assistant", "tool", "tool"]);
  if (scene.isOpenAI) assert(sent[2].tool_call_id && sent[2].tool_call_id !== sent[3].tool_call_id);
  else assertEquals([sent[2].tool_name, sent[3].tool_name], ["get_weather", "get_time"]);
});

criterion("openai", "an image in a data: URL is seen", async (scene) => {
  const url = `data:image/png;base64,${pngBase64}`;
  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [{
    role: "user",
    content: [{ type: "text", text: "what is this" }, { type: "image_url", image_url: { url } }],
  }];
  const { choices } = await scene.openai.chat.completions.create({ model: "llama3.2", messages });
  assertEquals(choices[0].message.content, `${scene.reply("what is this")} I see 1 image.`);
  const sent = scene.isOpenAI ? messages : [{ role: "user", content: "what is this", images: [pngBase64] }];
  assertEquals<unknown>(scene.seen.json.messages, sent);
});

criterion("openai", "an answer in JSON and in a schema's form", async (scene) => {
  const messages = [{ role: "user" as const, content: "Ada" }];
  const json = await scene.openai.chat.completions.create({
    model: "llama3.2",
    messages,
    response_format: { type: "json_object" },
  });
  assertEquals(JSON.parse(json.choices[0].message.content!), { server: "answering", answer: "Ada" });
  const person = await scene.openai.chat.completions.parse({
    model: "llama3.2",
    messages,
    response_format: { type: "json_schema", json_schema: { name: "person", strict: true, schema: personSchema } },
  });
  assertEquals(person.choices[0].message.parsed, personFor("Ada"));
});
