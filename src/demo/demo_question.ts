import { isObject, objectsOf, parseObject, textOf } from "./json_body.ts";

export const demoModel = "llama3.2";
export const demoQuestion = "Which machine answers me?";

/** What a client of the broker saw of one answer. */
export interface SeenAnswer {
  status: number;
  text: string;
  /** Whether the dialect's terminal marker came. */
  complete: boolean;
  /** The header x-broker-backend. */
  backend: string;
  /** The header x-broker-attempts. */
  attempts: string;
  /** From the request until its first token. */
  firstTokenMs: number;
}

export interface AskOptions {
  dialect: "ollama" | "openai";
  signal: AbortSignal;
  /** Gets each piece of the answer as it comes. */
  onToken: (text: string) => void;
}

/** Asks the broker at `url` the demo's question, as any program would, and reads the streamed answer. */
export async function askQuestion(url: string, options: AskOptions): Promise<SeenAnswer> {
  const { dialect, signal, onToken } = options;
  const path = dialect === "ollama" ? "/api/chat" : "/v1/chat/completions";
  const messages = [{ role: "user", content: demoQuestion }];
  const askedAt = performance.now();
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: demoModel, messages, stream: true }),
    signal,
  });
  const seen: SeenAnswer = {
    status: response.status,
    text: "",
    complete: false,
    backend: response.headers.get("x-broker-backend") ?? "none",
    attempts: response.headers.get("x-broker-attempts") ?? "none",
    firstTokenMs: 0,
  };
  if (!response.ok) return { ...seen, text: (await response.text()).trim() };
  for await (const line of linesOf(response)) {
    const piece = dialect === "ollama" ? readOllamaLine(line) : readOpenaiLine(line);
    if (piece.text !== "" && seen.text === "") seen.firstTokenMs = performance.now() - askedAt;
    seen.text += piece.text;
    seen.complete ||= piece.done;
    onToken(piece.text);
  }
  return seen;
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function readOllamaLine(line: string): { text: string; done: boolean } {
  const json = parseObject(line) ?? {};
  return { text: isObject(json.message) ? textOf(json.message.content) : "", done: json.done === true };
}

function readOpenaiLine(line: string): { text: string; done: boolean } {
  if (!line.startsWith("data:")) return { text: "", done: false };
  const data = line.slice("data:".length).trim();
  const delta = objectsOf(parseObject(data)?.choices)[0]?.delta;
  return { text: isObject(delta) ? textOf(delta.content) : "", done: data === "[DONE]" };
}

/** The same question as a command, in lines of 80 columns. */
export function curlCommand(url: string, dialect: "ollama" | "openai"): string[] {
  const message = `"messages":[{"role":"user","content":"${demoQuestion}"}]`;
  if (dialect === "ollama") return [`curl -i ${url}/api/chat -d '{"model":"${demoModel}",`, `  ${message}}'`];
  return [
    `curl -i ${url}/v1/chat/completions \\`,
    `  -H 'content-type: application/json' -d '{"model":"${demoModel}",`,
    `  ${message}}'`,
  ];
}
