import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { BackendFailure } from "../core/errors.ts";
import { ollamaFrameReader } from "../protocol/ollama.ts";
import { openaiDone, openaiFrameReader } from "../protocol/openai.ts";
import type { StreamTranslator } from "../protocol/types.ts";
import { RelayedStream } from "./relayed_stream.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const text = (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes);

const token = (content: string) => `{"model":"m","message":{"role":"assistant","content":"${content}"},"done":false}\n`;
const done =
  '{"model":"m","message":{"role":"assistant","content":""},"done":true,"prompt_eval_count":3,"eval_count":2}\n';
const chunk = (content: string, finish: string | null = null) =>
  `data: {"choices":[{"index":0,"delta":{"content":"${content}"},"finish_reason":${JSON.stringify(finish)}}]}\n\n`;

/** A backend's body that the test feeds by hand, and the stream that relays it. */
function scene(dialect: "ollama" | "openai", { translator }: { translator?: StreamTranslator } = {}) {
  const clock = new FakeClock();
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  let cancels = 0;
  let pulls = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (own) => void (controller = own),
    pull: () => void pulls++,
    cancel: () => void cancels++,
  }, { highWaterMark: 0 });
  const stream = new RelayedStream({
    backend: "local",
    body,
    signal: new AbortController().signal,
    reader: dialect === "ollama" ? ollamaFrameReader("chat") : openaiFrameReader("chat"),
    missingEnd: dialect === "openai" ? openaiDone : "",
    translator,
    idleMs: 1_000,
    clock,
  });
  return {
    clock,
    stream,
    feed: (part: string) => controller.enqueue(encoder.encode(part)),
    end: () => controller.close(),
    cut: (error: Error) => controller.error(error),
    get cancels() {
      return cancels;
    },
    get pulls() {
      return pulls;
    },
  };
}

async function failureOf(run: () => Promise<unknown>): Promise<[reason: string, phase: string]> {
  const { reason, phase } = await assertRejects(run, BackendFailure);
  return [reason, phase];
}

Deno.test("first() waits for content, and passes heartbeats on with it", async () => {
  const { stream, feed, end } = scene("openai");
  feed(": PROCESSING\n\n");
  feed(": PROCESSING\n\n");
  feed(chunk("Hi"));
  assertEquals(text(await stream.first()), `: PROCESSING\n\n: PROCESSING\n\n${chunk("Hi")}`);
  feed(chunk("", "stop") + openaiDone);
  end();
  assertEquals([text(await stream.next()), await stream.next()], [chunk("", "stop") + openaiDone, undefined]);
});

Deno.test("first() throws where a stream has no content", async () => {
  const table: [string, "ollama" | "openai", parts: string[], reason: string][] = [
    ["nothing", "ollama", [], "empty"],
    ["only comments", "openai", [": ping\n\n"], "empty"],
    ["[DONE] first", "openai", [openaiDone], "empty"],
    ["an error first", "ollama", ['{"error":"out of memory"}\n'], "backend_error"],
    ["an error event first", "openai", ['data: {"error":{"message":"overloaded"}}\n\n'], "backend_error"],
    ["no JSON", "ollama", ["<html>\n"], "malformed"],
    ["an error after comments", "openai", [": ping\n\n", 'data: {"error":{"message":"no"}}\n\n'], "backend_error"],
  ];
  for (const [name, dialect, parts, reason] of table) {
    const { stream, feed, end, clock } = scene(dialect);
    parts.forEach(feed);
    end();
    assertEquals(await failureOf(() => stream.first()), [reason, "first_byte"], name);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("first() takes a whole answer in one frame", async () => {
  const { stream, feed, end } = scene("ollama");
  feed(done);
  end();
  assertEquals([text(await stream.first()), await stream.next()], [done, undefined]);
  assertEquals(stream.usage(), { inputTokens: 3, outputTokens: 2 });
});

Deno.test("next() never passes on a part of a frame", async () => {
  const { stream, feed, end } = scene("ollama");
  feed(token("a") + token("b").slice(0, 20));
  assertEquals(text(await stream.first()), token("a"));
  feed(token("b").slice(20));
  assertEquals(text(await stream.next()), token("b"));
  feed(token("c").slice(0, 20));
  end();
  assertEquals(await failureOf(() => stream.next()), ["malformed", "streaming"]);
});

Deno.test("next() adds the terminal marker that a finished stream lacks", async () => {
  const { stream, feed, end } = scene("openai");
  feed(chunk("Hi", "stop"));
  end();
  assertEquals(text(await stream.first()), chunk("Hi", "stop"));
  assertEquals([text(await stream.next()), await stream.next()], [openaiDone, undefined]);
});

Deno.test("next() throws when the stream ends without being complete", async () => {
  for (const [dialect, part] of [["ollama", token("Hi")], ["openai", chunk("Hi")]] as const) {
    const { stream, feed, end, clock } = scene(dialect);
    feed(part);
    await stream.first();
    end();
    assertEquals(await failureOf(() => stream.next()), ["incomplete", "streaming"], dialect);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("next() throws when the connection breaks, the backend reports an error, or a frame is broken", async () => {
  const broken = scene("ollama");
  broken.feed(token("a"));
  await broken.stream.first();
  broken.cut(new TypeError("connection reset"));
  assertEquals(await failureOf(() => broken.stream.next()), ["reset", "streaming"]);
  for (const [part, reason] of [['{"error":"gone"}\n', "backend_error"], ["[1]\n", "malformed"]]) {
    const own = scene("ollama");
    own.feed(token("a"));
    await own.stream.first();
    own.feed(part);
    assertEquals(await failureOf(() => own.stream.next()), [reason, "streaming"]);
    assertEquals([own.cancels, own.clock.pending], [1, 0]);
  }
});

Deno.test("next() passes on what was good before it throws, and the failure is one of the stream", async () => {
  const inFirst = scene("ollama");
  inFirst.feed(`${token("a")}{"error":"gone"}\n`);
  assertEquals(text(await inFirst.stream.first()), token("a"));
  for (let again = 0; again < 2; again++) {
    assertEquals(await failureOf(() => inFirst.stream.next()), ["backend_error", "streaming"]);
  }
  const later = scene("ollama");
  later.feed(token("a"));
  await later.stream.first();
  later.feed(`${token("b")}oops\n`);
  assertEquals(text(await later.stream.next()), token("b"));
  assertEquals(await failureOf(() => later.stream.next()), ["malformed", "streaming"]);
});

Deno.test("first() throws when an error follows content that gave the client nothing yet", async () => {
  const translator = { push: () => "", end: () => "", usage: () => ({}) };
  const { stream, feed } = scene("openai", { translator });
  feed(`${chunk("a fragment")}data: {"error":{"message":"gone"}}\n\n`);
  assertEquals(await failureOf(() => stream.first()), ["backend_error", "first_byte"]);
});

Deno.test("next() throws after idleMs without content; heartbeats do not count", async () => {
  const { stream, feed, clock } = scene("openai");
  feed(chunk("a"));
  await stream.first();
  let failure: [string, string] | undefined;
  const beats: (string | undefined)[] = [];
  const reading = (async () => {
    for (;;) beats.push(text(await stream.next()));
  })().catch((error) => failure = [error.reason, error.phase]);
  for (let beat = 0; beat < 3; beat++) {
    await clock.advance(300);
    feed(": ping\n\n");
    await settle();
  }
  assertEquals([beats.length, failure], [3, undefined]);
  await clock.advance(99);
  assertEquals(failure, undefined);
  await clock.advance(1);
  await reading;
  assertEquals<unknown>([failure, clock.pending], [["stalled", "streaming"], 0]);
});

Deno.test("next() throws after idleMs of a flood that leaves the timer no turn", async () => {
  const { stream, feed, clock } = scene("openai");
  feed(chunk("a"));
  await stream.first();
  // Time goes by without a timer being called: a quarter of a second for each heartbeat.
  let now = 0;
  clock.monotonic = () => now += 250;
  for (let i = 0; i < 10; i++) feed(": ping\n\n");
  let beats = 0;
  const stalled = failureOf(async () => {
    for (; await stream.next(); beats++);
  });
  assertEquals([await stalled, beats], [["stalled", "streaming"], 4]);
});

Deno.test("first() keeps 64 KiB of what comes before the content, the role first", async () => {
  const { stream, feed } = scene("openai");
  const role = 'data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n';
  const empty = 'data: {"choices":[{"index":0,"delta":{}}]}\n\n';
  const first = stream.first();
  feed(role);
  for (let i = 0; i < 50; i++) feed(empty.repeat(1_000) + ": ping\n\n".repeat(1_000));
  feed(chunk("a"));
  const bytes = await first;
  assertEquals(bytes.byteLength < 65_536 + chunk("a").length, true);
  assertEquals([text(bytes)!.startsWith(role + empty), text(bytes)!.endsWith(empty + chunk("a"))], [true, true]);
  feed(": ping\n\n");
  assertEquals(text(await stream.next()), ": ping\n\n");
});

Deno.test("next() begins the pause anew with each content", async () => {
  const { stream, feed, clock } = scene("ollama");
  feed(token("a"));
  await stream.first();
  for (let i = 0; i < 5; i++) {
    const next = stream.next();
    await clock.advance(900);
    feed(token("b"));
    assertEquals(text(await next), token("b"));
  }
  assertEquals(clock.pending, 0);
});

Deno.test("a reader that takes its time does not make the backend seem stalled", async () => {
  const { stream, feed, clock } = scene("ollama");
  feed(token("a"));
  await stream.first();
  for (let i = 0; i < 3; i++) {
    await clock.advance(60_000);
    feed(token("b"));
    assertEquals(text(await stream.next()), token("b"));
  }
});

Deno.test("nothing is read ahead of demand", async () => {
  const own = scene("ollama");
  assertEquals(own.pulls, 0);
  own.feed(token("a"));
  await own.stream.first();
  const before = own.pulls;
  await settle();
  assertEquals(own.pulls, before);
});

Deno.test("next() gives a backend a quarter of a second to end its answer", async () => {
  const own = scene("openai");
  own.feed(chunk("a", "stop") + openaiDone);
  await own.stream.first();
  const end = own.stream.next();
  await own.clock.advance(249);
  assertEquals(own.cancels, 0);
  await own.clock.advance(1);
  assertEquals([await end, own.cancels, own.clock.pending], [undefined, 1, 0]);
});

Deno.test("cancel() ends the upstream request, also twice, also while next() waits", async () => {
  const own = scene("ollama");
  own.feed(token("a"));
  await own.stream.first();
  const next = failureOf(() => own.stream.next());
  own.stream.cancel();
  own.stream.cancel();
  assertEquals([(await next)[0], own.cancels, own.clock.pending], ["incomplete", 1, 0]);
  own.stream.cancel();
});

Deno.test("a frame that is too large breaks the stream", async () => {
  const { stream, feed } = scene("ollama");
  feed(token("a"));
  await stream.first();
  feed("x".repeat(40 * 1_048_576));
  assertEquals(await failureOf(() => stream.next()), ["too_large", "streaming"]);
});
