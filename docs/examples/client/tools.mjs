import { CloudToLocalLLM } from "@cloudtolocalllm/client";

const client = new CloudToLocalLLM();
const model = "llama3.2";

const tools = [{
  name: "get_weather",
  description: "The weather in a city now",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
}];
const messages = [{ role: "user", content: "Call get_weather for the weather in Bonn" }];

const question = await (await client.chat({ model, messages, tools })).final();
for (const call of question.toolCalls) {
  console.log(`the model wants ${call.name}(${Object.keys(call.arguments).join(", ")})`);
  messages.push(
    { role: "assistant", content: question.text, toolCalls: [call] },
    { role: "tool", content: "18 °C, rain", toolName: call.name, toolCallId: call.id },
  );
}
console.log(await (await client.chat({ model, messages })).text());
