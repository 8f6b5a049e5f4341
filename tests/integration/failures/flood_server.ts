import { Waiters } from "../../../src/demo/waiters.ts";

const encoder = new TextEncoder();
const line = (json: unknown) => encoder.encode(JSON.stringify(json) + "\n");

/** Characters of answer in each line. */
export const lineCharacters = 65_536;

/**
 * An Ollama whose one model writes as fast as its reader reads: lines of 64 KiB, `lines` of them. It makes each line only
 * when the connection takes it, so that `made` tells how much all buffers between it and the reader can hold.
 */
export class FloodServer implements AsyncDisposable {
  /** Lines made so far. */
  made = 0;
  /** Answers that are being written. */
  inFlight = 0;
  readonly #lines: number;
  readonly #waiters = new Waiters();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(lines: number) {
    this.#lines = lines;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => this.#answer(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Resolves when no further line was made for a while: every buffer on the way is full, or nothing is left to make. */
  async waitUntilStuck(): Promise<void> {
    for (let before = -1; before !== this.made;) {
      before = this.made;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async waitUntilIdle(): Promise<void> {
    await this.#waiters.until("the end of all answers", () => this.inFlight === 0 || undefined, 5_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/version") return Response.json({ version: "0.30.0" });
    if (pathname === "/api/tags") return Response.json({ models: [{ name: "llama3.2:latest" }] });
    if (pathname === "/api/ps") return Response.json({ models: [] });
    await request.body?.cancel();
    this.inFlight++;
    return new Response(this.#flood(), { headers: { "content-type": "application/x-ndjson" } });
  }

  #flood(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const head = { model: "llama3.2", created_at: "2026-01-01T00:00:00Z" };
    const content = "x".repeat(lineCharacters);
    const end = () => {
      this.inFlight--;
      this.#waiters.changed();
    };
    return new ReadableStream({
      pull: (controller) => {
        if (this.made++ < this.#lines) {
          return controller.enqueue(line({ ...head, message: { role: "assistant", content }, done: false }));
        }
        controller.enqueue(
          line({ ...head, message: { role: "assistant", content: "" }, done: true, done_reason: "stop" }),
        );
        controller.close();
        end();
      },
      cancel: end,
    }, { highWaterMark: 0 });
  }
}
