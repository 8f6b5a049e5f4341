import { assertEquals, assertFalse } from "@std/assert";
import { BrokerFixture } from "../../tests/support/broker_fixture.ts";
import { ModelServer } from "../../tests/support/model_server.ts";
import { clientSnippets } from "./client_snippets.ts";

function textOf(id: string, address: string, needsKey = false): string {
  return clientSnippets({ address, needsKey }).find((snippet) => snippet.id === id)!.text;
}

/** The snippet as a program, with a line more that asks. Its import is found here as in deno.json. */
async function run<T>(snippet: string, asks: string): Promise<T> {
  const file = await Deno.makeTempFile({
    dir: new URL("../../tests", import.meta.url).pathname,
    suffix: ".snippet.ts",
  });
  try {
    await Deno.writeTextFile(file, `${snippet}\nexport const result: unknown = await ${asks};\n`);
    return (await import(`file://${file}`)).result;
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("clientSnippets() for OpenAI and Ollama in JavaScript work against a daemon", async () => {
  await using models = await ModelServer.start({ name: "local", dialect: "ollama" });
  await using broker = await BrokerFixture.start({
    backends: [{ id: "local", kind: "ollama", url: models.url, location: "local" }],
  });
  const { backends } = await broker.waitUntilChecked();
  const [model] = backends[0].models;
  const question = `{ model: ${JSON.stringify(model)}, messages: [{ role: "user", content: "Hello" }] }`;
  const openai = `client.chat.completions.create(${question})`;
  const answer = await run<{ choices: { message: { role: string } }[] }>(textOf("ready-js", broker.url), openai);
  assertEquals(answer.choices[0].message.role, "assistant");
  const ollama = textOf("ready-ollama-js", broker.url);
  const other = await run<{ message: { role: string } }>(ollama, `ollama.chat(${question})`);
  assertEquals(other.message.role, "assistant");
});

Deno.test("clientSnippets() for Zed is JSON, that for Continue a list in YAML", () => {
  const address = "http://127.0.0.1:11435";
  assertEquals(JSON.parse(textOf("ready-zed", address)), { language_models: { ollama: { api_url: address } } });
  const lines = textOf("ready-continue", address, true).split("\n");
  assertEquals(lines[0], "models:");
  // One mapping in a list: a dash, then keys below its first, each a plain scalar in which ": " or " #" would be special.
  const pairs = lines.slice(1).map((line) => /^ {2}[- ] ([A-Za-z]+): (\S+)$/.exec(line)?.slice(1));
  const values = { name: "CloudToLocalLLM", provider: "ollama", model: "llama3.2", apiBase: address };
  assertEquals(Object.fromEntries(pairs as string[][]), { ...values, apiKey: "YOUR_CLIENT_KEY" });
  assertEquals(lines.slice(1).map((line) => line[2]), ["-", " ", " ", " ", " "]);
  assertFalse(lines.some((line) => line.includes("\t")));
});
