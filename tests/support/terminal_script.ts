import type { FakeIo } from "./fake_io.ts";

/** Types an answer each time a question stands there, in their order; a question may come once only. */
export function typedAnswers(
  answers: readonly (readonly [question: string, answer: string])[],
): { stdin: ReadableStream<Uint8Array<ArrayBuffer>>; follow: (io: FakeIo) => void } {
  const io = Promise.withResolvers<FakeIo>();
  const left = [...answers];
  const stdin = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = left.shift();
      if (next === undefined) return controller.close();
      await (await io.promise).printed(next[0]);
      controller.enqueue(new TextEncoder().encode(next[1]));
    },
  }, { highWaterMark: 0 });
  return { stdin, follow: io.resolve };
}
