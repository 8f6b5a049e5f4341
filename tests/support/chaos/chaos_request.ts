import type { Dialect, Operation } from "../../../src/core/types.ts";
import { embed, normalize } from "../../../src/demo/scripted_model.ts";
import type { Random } from "./random.ts";

/** When a client leaves before its answer is complete. */
export type Leaving = { afterMs: number } | { afterChunks: number };

/** What an answer says, whichever dialect it is in. */
export interface Said {
  text: string;
  thinking: string;
  calls: { name: string; arguments: unknown }[];
  vectors: number[][];
}

/** One request of the storm, and what a server must say to it. */
export interface ChaosRequest {
  index: number;
  dialect: Dialect;
  operation: Operation;
  path: string;
  body: Record<string, unknown>;
  stream: boolean;
  leaving: Leaving | undefined;
  /** The whole answer of the server with this name. */
  expected: (server: string) => Said;
}

const words = [
  "one",
  "two",
  "drei",
  "четыре",
  "五",
  "🙂🙃",
  "seven-and-a-very-long-word-that-is-cut-in-pieces",
  "8",
  "é",
];
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
  },
};
const weatherCall = { name: "get_weather", arguments: { city: "city for get_weather", days: 7 } };
const leaveChance = 0.2;
const nothing: Said = { text: "", thinking: "", calls: [], vectors: [] };

/** The request with this index, always the same for a seed. Its number stands in its question, so answers differ. */
export function chaosRequest(index: number, random: Random): ChaosRequest {
  const dialect = random.pick(["ollama", "openai"] as const);
  const operation = random.pick(["chat", "chat", "chat", "generate", "embed"] as const);
  const stream = operation !== "embed" && random.chance(0.6);
  const question = `request ${index} ${Array.from({ length: 1 + random.int(30) }, () => random.pick(words)).join(" ")}`;
  const leaving = random.chance(leaveChance) ? leavingOf(random, stream) : undefined;
  const shared = { index, dialect, operation, stream, leaving };
  if (operation === "embed") return { ...shared, ...embedding(dialect, question) };
  if (operation === "generate") return { ...shared, ...generation(dialect, question, stream) };
  return { ...shared, ...conversation(dialect, question, { stream, flavour: random.int(4) }) };
}

type Asked = Pick<ChaosRequest, "path" | "body" | "expected">;

function embedding(dialect: Dialect, question: string): Asked {
  const input = [question, `${question} again`];
  const vectors = input.map((text) => normalize(embed(text, 8)));
  const format = dialect === "openai" ? { encoding_format: "float" } : {};
  return {
    path: dialect === "ollama" ? "/api/embed" : "/v1/embeddings",
    body: { model: "nomic-embed-text", input, ...format },
    expected: () => ({ ...nothing, vectors }),
  };
}

function generation(dialect: Dialect, prompt: string, stream: boolean): Asked {
  return {
    path: dialect === "ollama" ? "/api/generate" : "/v1/completions",
    body: { model: "llama3.2", prompt, stream },
    expected: (server) => ({ ...nothing, text: reply(server, prompt) }),
  };
}

function conversation(
  dialect: Dialect,
  question: string,
  { stream, flavour }: { stream: boolean; flavour: number },
): Asked {
  const path = dialect === "ollama" ? "/api/chat" : "/v1/chat/completions";
  const ask = (model: string, content: string, more: Record<string, unknown>) => ({
    path,
    body: { model, messages: [{ role: "user", content }], stream, ...more },
  });
  if (flavour === 0) {
    const effort = dialect === "ollama" ? { think: true } : { reasoning_effort: "high" };
    const thinking = `The user asks: ${question}`;
    const expected = (server: string) => ({ ...nothing, thinking, text: reply(server, question) });
    return { ...ask("qwen3", question, effort), expected };
  }
  if (flavour === 1) {
    const expected = () => ({ ...nothing, calls: [weatherCall] });
    return { ...ask("llama3.2", `${question} get_weather`, { tools: [weather] }), expected };
  }
  return { ...ask("llama3.2", question, {}), expected: (server) => ({ ...nothing, text: reply(server, question) }) };
}

function reply(server: string, question: string): string {
  return `Hello from the ${server} model. You said: ${question}`;
}

function leavingOf(random: Random, stream: boolean): Leaving {
  return stream && random.chance(0.5) ? { afterChunks: 1 + random.int(5) } : { afterMs: random.int(25) };
}
