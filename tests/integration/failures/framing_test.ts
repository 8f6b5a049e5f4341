import { assert, assertEquals } from "@std/assert";
import type { Dialect } from "../../../src/core/types.ts";
import type { Fault } from "../../support/model_server.ts";
import { type Answer, assertAnswered, assertBrokenOff, greeting } from "./answers.ts";
import { dialects, eachPairing, failureTest } from "./failure_world.ts";

/** Two, three and four bytes a code point, a joined emoji, what JSON escapes, and a line end that is none. */
const scripts = 'é 你好，世界 👩‍👩‍👧 🦙 "quoted\\\\" \u2028 ﷺ';
const messages = [{ role: "user", content: scripts }];

const forms: { name: string; faults: Fault[] }[] = [
  { name: "split at every byte", faults: [{ kind: "split", sizes: 1 }] },
  { name: "split unevenly", faults: [{ kind: "split", sizes: [3, 1, 7, 2, 61] }] },
  { name: "in a single chunk", faults: [{ kind: "split", sizes: 1_000_000 }] },
  { name: "with CRLF", faults: [{ kind: "crlf" }] },
  { name: "with CRLF, split at every byte", faults: [{ kind: "crlf" }, { kind: "split", sizes: 1 }] },
];

for (const { name, faults } of forms) {
  eachPairing(`14: a stream ${name} arrives whole`, {}, async (world, { client, local }) => {
    world.local.script(faults);
    const answer = await world.chat(client, { fields: { messages } });
    assertAnswered(answer, { by: "local", attempts: "local:ok", content: greeting("local", scripts) });
    // Between like dialects the bytes pass through.
    if (client === local && name.includes("CRLF")) assert(answer.text.includes("\r\n"));
  });
}

eachPairing(
  "14: a stream split at every byte and cut is never cut inside a frame",
  {},
  async (world, { client, local }) => {
    world.local.script([{ kind: "drop_after", frames: 9 }, { kind: "split", sizes: 1 }]);
    const answer = await world.chat(client, { fields: { messages } });
    const begins = local === "openai"
      ? "Hello from the local model. You said: é"
      : "Hello from the local model. You said: é 你好，世界";
    assertBrokenOff(answer, { by: "local", begins });
  },
);

eachPairing("14: a line of 8 MB arrives whole", {}, async (world, { client }) => {
  const bytes = 8 * 1_048_576;
  world.local.script({ kind: "long_line", bytes });
  const answer = await world.chat(client);
  const content = "x".repeat(bytes) + greeting("local");
  // Not assertEquals: a difference of 8 MB takes minutes to print.
  assert(answer.content === content, `Received ${answer.content.length} characters`);
  assertAnswered({ ...answer, content: "" }, { by: "local", attempts: "local:ok", content: "" });
});

eachPairing("14: a line beyond every limit is no answer", {}, async (world, { client }) => {
  world.local.script({ kind: "long_line", bytes: 17 * 1_048_576 });
  assertAnswered(await world.chat(client), { by: "cloud", attempts: "local:too_large, cloud:ok" });
});

const tool = (name: string) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: { city: { type: "string" } } } },
});
const asksTools = {
  messages: [{ role: "user", content: "Use weather and time" }],
  tools: [tool("weather"), tool("time")],
};

interface Call {
  name: string;
  arguments: unknown;
}

/** The tool calls of an answer as a client puts them together. */
function callsOf(client: Dialect, { text }: Answer): Call[] {
  if (client === "ollama") {
    const lines = text.trim().split("\n").map((line) => JSON.parse(line));
    const calls = lines.flatMap(({ message }) => message.tool_calls ?? []);
    return calls.map(({ function: { name, arguments: given } }) => ({ name, arguments: given }));
  }
  const calls: { name: string; text: string }[] = [];
  for (const event of text.split("\n\n").filter((event) => event.startsWith("data: {"))) {
    for (const { index, function: part } of JSON.parse(event.slice(6)).choices[0]?.delta.tool_calls ?? []) {
      calls[index] ??= { name: "", text: "" };
      calls[index].name += part.name ?? "";
      calls[index].text += part.arguments ?? "";
    }
  }
  return calls.map(({ name, text }) => ({ name, arguments: JSON.parse(text) }));
}

const bothCalls: Call[] = [
  { name: "weather", arguments: { city: "city for weather" } },
  { name: "time", arguments: { city: "city for time" } },
];

eachPairing("15: tool calls arrive whole, in fragments, interleaved and without id", {}, async (world, { client }) => {
  world.local.script([{ kind: "tool_fragments" }, { kind: "split", sizes: [5, 2, 1] }]);
  const answer = await world.chat(client, { fields: asksTools });
  assertAnswered(answer, { by: "local", attempts: "local:ok", content: "" });
  assertEquals(callsOf(client, answer), bothCalls);
});

for (const client of dialects) {
  failureTest(`15: a tool call that breaks off is told as an error (${client})`, { local: "openai" }, async (world) => {
    world.local.script([{ kind: "tool_fragments" }, { kind: "drop_after", frames: 5 }]);
    const answer = await world.chat(client, { fields: asksTools });
    if (client === "openai") assertBrokenOff(answer, { by: "local", begins: "" });
    // Ollama's dialect knows whole calls only, so that its clients have seen nothing yet.
    else assert(answer.error !== undefined && !answer.text.includes("tool_calls") && !answer.complete, answer.text);
  });

  failureTest(
    `15: a last chunk with usage alone ends no answer early (${client})`,
    { local: "openai" },
    async (world) => {
      world.local.script({ kind: "usage_only_last" });
      const answer = await world.chat(client);
      assertAnswered(answer, { by: "local", attempts: "local:ok" });
      const tokens = (await world.metrics()).get('tokens_total{backend="local",direction="output"}');
      assertEquals(tokens, 10);
      if (client === "ollama") assert(/"eval_count":10[,}]/.test(answer.text), answer.text);
    },
  );
}
