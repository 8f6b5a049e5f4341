import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { stubFailure } from "../../tests/support/stub_backend.ts";
import type { AnswerStream } from "../broker/backend.ts";
import type { Dialect } from "../core/types.ts";
import { relay, type RelayEnd } from "./relay.ts";

const encoder = new TextEncoder();

/** A backend's stream that the test answers by hand, and its relay. */
function scene(dialect: Dialect = "ollama", redact: (text: string) => string = (text) => text) {
  const asked: PromiseWithResolvers<Uint8Array<ArrayBuffer> | undefined>[] = [];
  const ends: RelayEnd[] = [];
  const client = new AbortController();
  const stopped = new AbortController();
  const clock = new FakeClock();
  let cancels = 0;
  const rest: AnswerStream = {
    next() {
      const next = Promise.withResolvers<Uint8Array<ArrayBuffer> | undefined>();
      asked.push(next);
      return next.promise;
    },
    cancel: () => void cancels++,
    usage: () => ({ outputTokens: 7 }),
  };
  const body = relay(encoder.encode("first"), rest, {
    dialect,
    redact,
    clock,
    writeStallMs: 300_000,
    clientGone: client.signal,
    stopped: stopped.signal,
    onEnd: (end) => ends.push(end),
  });
  const reader = body.pipeThrough(new TextDecoderStream(), { preventCancel: false }).getReader();
  return { asked, ends, clock, client, stopped, reader, cancels: () => cancels };
}

/** Reads the rest as text. */
async function textOf(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  return text;
}

Deno.test("relay() passes the answer on and ends it once", async () => {
  const { asked, ends, reader, cancels } = scene();
  const text = textOf(reader);
  await settle();
  asked[0].resolve(encoder.encode(" second"));
  await settle();
  asked[1].resolve(undefined);
  assertEquals(await text, "first second");
  assertEquals([ends, cancels()], [[{ outcome: "ok", usage: { outputTokens: 7 }, failure: undefined }], 1]);
});

Deno.test("relay() turns a break into the dialect's own error at the end of the stream", async () => {
  const failure = stubFailure("local", "reset", { phase: "streaming" });
  const words = "The answer broke off and is not complete: local failed: reset";
  const expected = {
    ollama: `first${JSON.stringify({ error: words })}\n`,
    openai: `firstdata: ${
      JSON.stringify({ error: { message: words, type: "api_error", param: null, code: null } })
    }\n\n`,
  };
  for (const dialect of ["ollama", "openai"] as const) {
    const { asked, ends, reader } = scene(dialect);
    const text = textOf(reader);
    await settle();
    asked[0].reject(failure);
    assertEquals(await text, expected[dialect]);
    assertEquals([ends.length, ends[0].outcome, ends[0].failure], [1, "incomplete", failure]);
  }
});

Deno.test("relay() takes secrets out of what it tells of a failure", async () => {
  const { asked, reader } = scene("ollama", (text) => text.replaceAll("reset", "[redacted]"));
  const text = textOf(reader);
  await settle();
  asked[0].reject(stubFailure("local", "reset"));
  assertEquals((await text).includes("reset"), false);
});

Deno.test("relay() makes a failure of what is none, so that the client is told", async () => {
  const { asked, ends, reader } = scene();
  const text = textOf(reader);
  await settle();
  asked[0].reject(new TypeError("a mistake of ours"));
  assertEquals((await text).startsWith('first{"error":"The answer broke off and is not complete: '), true);
  assertEquals([ends[0].outcome, ends[0].failure?.backend, ends[0].failure?.reason], [
    "incomplete",
    "broker",
    "malformed",
  ]);
});

Deno.test("relay() says that the daemon stops, and holds it against nobody", async () => {
  const { asked, ends, reader, stopped } = scene();
  const text = textOf(reader);
  await settle();
  stopped.abort();
  asked[0].reject(stubFailure("local", "reset"));
  assertEquals(await text, 'first{"error":"The broker is shutting down; the answer is not complete"}\n');
  assertEquals([ends[0].outcome, ends[0].failure], ["incomplete", undefined]);
});

Deno.test("relay() ends the upstream request when the client leaves, and reports it once", async () => {
  const { asked, ends, reader, client, cancels } = scene();
  await reader.read();
  await settle();
  client.abort();
  await reader.cancel();
  asked[0]?.reject(stubFailure("local", "reset"));
  await settle();
  assertEquals([ends.map(({ outcome }) => outcome), cancels()], [["cancelled"], 1]);
});

Deno.test("relay() holds it against nobody when the client left and the stream broke by that", async () => {
  const { asked, ends, reader, client } = scene();
  await reader.read();
  await settle();
  client.abort();
  asked[0].reject(stubFailure("local", "reset"));
  await settle();
  assertEquals(ends.map(({ outcome, failure }) => [outcome, failure]), [["cancelled", undefined]]);
  await reader.cancel();
});

Deno.test("relay() reads from the backend only what the client takes", async () => {
  let reads = 0;
  const rest = {
    next: () => Promise.resolve(Uint8Array.of(++reads)),
    cancel() {},
    usage: () => ({}),
  };
  const never = new AbortController().signal;
  const patience = { clock: new FakeClock(), writeStallMs: 300_000 };
  const options = { dialect: "ollama", clientGone: never, stopped: never, ...patience, onEnd() {} } as const;
  const reader = relay(Uint8Array.of(0), rest, { ...options, redact: (text) => text }).getReader();
  await settle();
  assertEquals(reads, 0);
  for (let n = 0; n < 3; n++) {
    assertEquals((await reader.read()).value, Uint8Array.of(n));
    await settle();
    assertEquals(reads <= n + 1, true, `${reads} reads for ${n + 1} chunks`);
  }
  await reader.cancel();
});

Deno.test("relay() ends the request also when telling of its failure fails", async () => {
  const { asked, ends, reader } = scene("ollama", () => {
    throw new Error("a mistake of ours");
  });
  const text = textOf(reader);
  await settle();
  asked[0].reject(stubFailure("local", "reset"));
  await assertRejects(() => text, Error, "a mistake of ours");
  assertEquals(ends.map(({ outcome }) => outcome), ["incomplete"]);
});

/** As {@linkcode scene}, read without anything that reads ahead. */
function bareRelay(writeStallMs: number | null = 300_000) {
  const clock = new FakeClock();
  const ends: RelayEnd[] = [];
  const next = Promise.withResolvers<Uint8Array<ArrayBuffer> | undefined>();
  const never = new AbortController().signal;
  const body = relay(Uint8Array.of(0), { next: () => next.promise, cancel() {}, usage: () => ({}) }, {
    dialect: "ollama",
    clock,
    writeStallMs,
    clientGone: never,
    stopped: never,
    redact: (text) => text,
    onEnd: (end) => ends.push(end),
  });
  return { clock, ends, next, reader: body.getReader() };
}

Deno.test("relay() cancels an answer of which the client takes nothing", async () => {
  const { clock, ends, next, reader } = bareRelay();
  await reader.read();
  const second = reader.read();
  await settle();
  assertEquals(clock.pending, 0, "the backend may take its time");
  next.resolve(Uint8Array.of(1));
  await second;
  await clock.advance(299_999);
  assertEquals(ends, []);
  await clock.advance(1);
  assertEquals(ends.map(({ outcome }) => outcome), ["cancelled"]);
  const last = new TextDecoder().decode((await reader.read()).value);
  assertEquals(last, '{"error":"Nothing of the answer was read for 300000 ms; it is not complete"}\n');
  assertEquals((await reader.read()).done, true);
});

Deno.test("relay() leaves no timer, however it ends", async () => {
  const unread = bareRelay();
  await unread.reader.cancel();
  const whole = bareRelay();
  await whole.reader.read();
  whole.next.resolve(undefined);
  await whole.reader.read();
  assertEquals([unread.clock.pending, whole.clock.pending], [0, 0]);
  assertEquals([unread, whole].map(({ ends }) => ends.map(({ outcome }) => outcome)), [["cancelled"], ["ok"]]);
});

Deno.test("relay() waits for the client without end where that hinders nobody", async () => {
  const { clock, reader } = bareRelay(null);
  await reader.read();
  assertEquals(clock.pending, 0);
  await reader.cancel();
});
