import { assertEquals } from "@std/assert";
import { inTime } from "../in_time.ts";
import { gate, type ModelServer } from "../model_server.ts";
import { spokenWords } from "./tray_scene.ts";

/** A streamed chat through the daemon whose words come when the test wants, for as long as it wants. */
export class PacedChat {
  readonly #gates: PromiseWithResolvers<void>[];
  readonly #lines: AsyncIterator<string>;
  readonly #said: string[] = [];
  #open = 0;

  private constructor(gates: PromiseWithResolvers<void>[], body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#gates = gates;
    this.#lines = linesOf(body);
  }

  static async start(server: ModelServer, url: string): Promise<PacedChat> {
    const gates = spokenWords.map(() => gate());
    server.script({ kind: "slow_tokens", gates: gates.map(({ promise }) => promise) });
    gates[0].resolve();
    const body = JSON.stringify({ model: "plain", messages: [{ role: "user", content: "Speak" }], stream: true });
    const answer = await fetch(`${url}/api/chat`, { method: "POST", body });
    assertEquals(answer.status, 200);
    const chat = new PacedChat(gates, answer.body!);
    await chat.hear(1);
    return chat;
  }

  /** Lets the model say so many more words, and hears them. */
  async hear(words: number): Promise<void> {
    for (let count = 0; count < words; count++) {
      this.#gates[this.#open++].resolve();
      this.#said.push(await this.#next());
    }
  }

  /** Hears the rest. Every frame has come once, in order, whole, and the last one ends the answer. */
  async assertComplete(): Promise<void> {
    await this.hear(this.#gates.length - this.#open);
    const frames = this.#said.map((line) => JSON.parse(line));
    assertEquals(frames.map(({ message }) => message.content), spokenWords);
    const last = JSON.parse(await this.#next());
    assertEquals({ done: last.done, reason: last.done_reason }, { done: true, reason: "stop" });
    const { done } = await inTime("the stream ends", this.#lines.next());
    assertEquals(done, true);
  }

  async #next(): Promise<string> {
    const { value, done } = await inTime("the next frame of the stream", this.#lines.next());
    if (done) throw new Error(`The stream has ended after ${this.#said.length} words`);
    return value;
  }
}

async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void> {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
