import { CloudToLocalLLM } from "@cloudtolocalllm/client";

const client = new CloudToLocalLLM();

for await (const { status, total, completed } of await client.pull({ model: "qwen3" })) {
  console.log(total ? `${status}: ${Math.round((100 * completed) / total)} %` : status);
}
for (const { name, backends } of await client.models()) {
  console.log(`${name} on ${backends.map(({ id }) => id).join(", ")}`);
}

const { embeddings } = await client.embed({ model: "nomic-embed-text", input: ["a cat", "a dog"] });
console.log(`${embeddings.length} vectors of ${embeddings[0].length} figures`);

const poem = await client.generate({ model: "llama3.2", prompt: "A haiku:", options: { seed: 7 } });
const { text, outputTokens } = await poem.final();
console.log(`${text} (${outputTokens} tokens)`);
