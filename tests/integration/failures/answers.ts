import { assert, assertEquals, assertExists, assertMatch, assertStringIncludes } from "@std/assert";
import type { Dialect } from "../../../src/core/types.ts";

export const prompt = "Hi 你好 🦙";

/** What the scripted server of this name says to {@linkcode prompt}. */
export const greeting = (server: string, said = prompt) => `Hello from the ${server} model. You said: ${said}`;

type Json = Record<string, unknown>;

/** What a client got, read to its end and taken apart by the rules of its dialect. */
export interface Answer {
  client: Dialect;
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  content: string;
  /** Whether it ends as a whole answer of its dialect does. */
  complete: boolean;
  /** The error in its body, or the one that ends its stream. */
  error: string | undefined;
}

export async function readAnswer(client: Dialect, response: Response): Promise<Answer> {
  return answerOf(client, response, await response.text());
}

function answerOf(client: Dialect, { status, headers }: Response, text: string): Answer {
  const frames = framesOf(text, headers.get("content-type") ?? "");
  const jsons = frames.filter((frame) => frame !== "[DONE]").map((frame): Json => JSON.parse(frame));
  const error = jsons.map((json) => errorOf(client, json)).find((found) => found !== undefined);
  const content = jsons.map((json) => contentOf(client, json)).join("");
  const complete = status === 200 && frames.length > 0 && isWhole(client, frames, jsons);
  return { client, status, headers, text, content, complete, error };
}

/** A streamed answer, read as it comes. */
export class Following {
  readonly response: Response;
  readonly #client: Dialect;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(client: Dialect, response: Response) {
    this.response = response;
    this.#client = client;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves when this has come; throws when the answer ends before. */
  async until(words: string): Promise<void> {
    while (!this.#text.includes(words)) {
      const { value, done } = await this.#reader.read();
      assert(!done, `The answer ended without ${words}: ${this.#text}`);
      this.#text += value;
    }
  }

  /** The answer once it has ended. */
  async end(): Promise<Answer> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return answerOf(this.#client, this.response, this.#text);
      this.#text += value;
    }
  }
}

/** Lines of NDJSON, data of events, or the one object of a whole answer. Throws when a stream ends inside a frame. */
function framesOf(text: string, contentType: string): string[] {
  if (contentType.startsWith("text/event-stream")) {
    const events = text.split(/\r?\n\r?\n/);
    assertEquals(events.pop(), "", "The stream ends inside an event");
    return events.filter((event) => !event.startsWith(":")).map((event) => event.replace(/^data: ?/, "").trim());
  }
  if (!contentType.startsWith("application/x-ndjson")) return text === "" ? [] : [text];
  const lines = text.split(/\r?\n/);
  assertEquals(lines.pop(), "", "The stream ends inside a line");
  return lines.filter((line) => line !== "");
}

function errorOf(client: Dialect, { error }: Json): string | undefined {
  if (error === undefined) return undefined;
  if (client === "ollama") {
    assert(typeof error === "string", `Not an error of Ollama's: ${JSON.stringify(error)}`);
    return error;
  }
  const { message, type, param, code } = error as Json;
  assert(typeof message === "string" && typeof type === "string", `Not an error of OpenAI's: ${JSON.stringify(error)}`);
  assert(
    param !== undefined && code !== undefined,
    `An error of OpenAI's has param and code: ${JSON.stringify(error)}`,
  );
  return message;
}

function contentOf(client: Dialect, json: Json): string {
  if (client === "ollama") return (json.message as { content?: string } | undefined)?.content ?? "";
  const choice = (json.choices as { delta?: Json; message?: Json }[] | undefined)?.[0];
  return String((choice?.delta ?? choice?.message)?.content ?? "");
}

function isWhole(client: Dialect, frames: string[], jsons: Json[]): boolean {
  if (client === "ollama") return jsons.at(-1)?.done === true;
  const finishes = jsons.flatMap((json) => (json.choices as { finish_reason?: string }[] | undefined) ?? [])
    .filter(({ finish_reason }) => finish_reason);
  return finishes.length > 0 && (frames.length === 1 || frames.at(-1) === "[DONE]");
}

/** Anything by which a client could take an answer to be whole. */
const endMarks = /"done":true|"finish_reason":"|\[DONE\]/;

/** A whole answer of this backend, after these attempts, without a mark of any failure. */
export function assertAnswered(answer: Answer, expected: { by: string; attempts: string; content?: string }): void {
  const { by, attempts, content = greeting(by) } = expected;
  assertEquals([answer.status, answer.error], [200, undefined], answer.text.slice(0, 500));
  assertEquals(answer.headers.get("x-broker-attempts"), attempts);
  assertEquals(answer.headers.get("x-broker-backend"), by);
  assertEquals(answer.content, content);
  assert(answer.complete, `Not complete: ${answer.text.slice(-300)}`);
}

/** A real error status with an error of the client's dialect, after these attempts. Returns its words. */
export function assertRefused(answer: Answer, expected: { status: number; attempts: string }): string {
  assertEquals(
    [answer.status, answer.headers.get("x-broker-attempts")],
    [expected.status, expected.attempts],
    answer.text,
  );
  assertEquals(answer.headers.get("x-broker-backend"), null);
  assertMatch(answer.headers.get("content-type") ?? "", /^application\/json/);
  assertEquals(answer.headers.get("x-should-retry"), answer.client === "openai" ? "false" : null);
  assertExists(answer.error, `No error of the dialect: ${answer.text}`);
  return answer.error;
}

/** An answer of this backend that began, broke, and says so as its last words; nothing in it looks like an end. */
export function assertBrokenOff(answer: Answer, expected: { by: string; begins: string }): string {
  assertEquals([answer.status, answer.headers.get("x-broker-backend")], [200, expected.by]);
  assert(answer.headers.get("x-broker-attempts")?.endsWith(`${expected.by}:ok`));
  assertEquals(answer.content, expected.begins);
  assertExists(answer.error, `No error ends it: ${answer.text}`);
  assertStringIncludes(answer.error, "not complete");
  assertEquals(answer.text.match(endMarks), null);
  const lastFrame = answer.text.trimEnd().split("\n").at(-1)!;
  assertStringIncludes(lastFrame, '"error"');
  return answer.error;
}
