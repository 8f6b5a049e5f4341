import { CloudToLocalLLM } from "@cloudtolocalllm/client";

const client = new CloudToLocalLLM({ app: "my-notes" });

const answer = await client.chat({
  model: "llama3.2",
  messages: [{ role: "user", content: "Why is the sky blue?" }],
});
let text = "";
for await (const piece of answer) text += piece.text;

console.log(text);
console.log(`answered by ${answer.backend}`);
for (const { backend, outcome } of answer.attempts) console.log(`asked ${backend}: ${outcome}`);
