import { Ollama } from "ollama";

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * The `ollama` client for a test. It stops reading at `done:true` and leaves the body open, which the leak sanitizer
 * rightly reports; dispose of it at the end of the test and what is left of its bodies is dropped.
 */
export class OllamaClient extends Ollama implements AsyncDisposable {
  readonly #bodies: Set<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>>;

  constructor(host: string, headers?: HeadersInit) {
    const bodies = new Set<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>>();
    const track = (body: Body): Body => {
      const reader = body.getReader();
      bodies.add(reader);
      return new ReadableStream({
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      }, { highWaterMark: 0 });
    };
    super({
      host,
      headers,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        return response.body ? new Response(track(response.body), response) : response;
      },
    });
    this.#bodies = bodies;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#bodies].map((reader) => reader.cancel()));
  }
}
