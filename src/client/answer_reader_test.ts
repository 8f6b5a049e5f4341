import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { fakeDaemon, FakeWeb } from "../../tests/support/fake_web.ts";
import { AnswerBrokeOff, CloudToLocalLLM, DaemonLost } from "./client.ts";
import type { TextAnswer } from "./model_types.ts";

const url = "http://127.0.0.1:4000";
const encode = (text: string) => new TextEncoder().encode(text);
const piece = (content: string, more: object = {}) =>
  JSON.stringify({ model: "llama3.2", message: { role: "assistant", content, ...more }, done: false }) + "\n";
const end = JSON.stringify({
  model: "llama3.2",
  message: { role: "assistant", content: "" },
  done: true,
  done_reason: "stop",
  prompt_eval_count: 3,
  eval_count: 2,
}) + "\n";
const whole = piece("Grüß ") + piece("dich 🦙") + end;

/** A chat that is answered with this body, of a daemon which this is the whole of. */
async function chat(
  body: BodyInit,
  { signal, timers = new FakeClock() }: { signal?: AbortSignal; timers?: FakeClock } = {},
): Promise<TextAnswer> {
  const web = new FakeWeb();
  const headers = { "x-broker-backend": "cloud", "x-broker-attempts": "local:connect_refused, cloud:ok" };
  web.listen(url, fakeDaemon({ answer: () => new Response(body, { headers }) }));
  const client = new CloudToLocalLLM({ url, fetch: web.fetch }, {
    timers,
    loadSystem: () => Promise.resolve(undefined),
  });
  return await client.chat({ model: "llama3.2", messages: [{ role: "user", content: "Hi" }], signal });
}

/** A body that ends, or breaks, after these bytes. */
function cut(bytes: Uint8Array, how: "ends" | "breaks"): ReadableStream<Uint8Array> {
  let isSent = bytes.length === 0;
  return new ReadableStream({
    pull(controller) {
      if (!isSent) controller.enqueue(bytes);
      else if (how === "ends") controller.close();
      else controller.error(new TypeError("terminated"));
      isSent = true;
    },
  });
}

Deno.test("an answer tells its pieces, who gave it and the whole", async () => {
  const answer = await chat(whole);
  assertEquals(answer.backend, "cloud");
  assertEquals(answer.attempts, [
    { backend: "local", outcome: "connect_refused" },
    { backend: "cloud", outcome: "ok" },
  ]);
  const pieces = await Array.fromAsync(answer);
  assertEquals(pieces.map(({ text }) => text), ["Grüß ", "dich 🦙"]);
  assertEquals(await answer.final(), {
    text: "Grüß dich 🦙",
    thinking: "",
    toolCalls: [],
    model: "llama3.2",
    doneReason: "stop",
    inputTokens: 3,
    outputTokens: 2,
  });
  assertEquals(await answer.text(), "Grüß dich 🦙");
  assertThrows(() => answer[Symbol.asyncIterator](), TypeError, "can be read once");
});

Deno.test("an answer tells thinking and tool calls", async () => {
  const call = { id: "call_1", function: { name: "get_weather", arguments: { city: "Bonn" } } };
  const answer = await chat(piece("", { thinking: "Hm" }) + piece("", { tool_calls: [call, { function: {} }] }) + end);
  const { thinking, toolCalls } = await answer.final();
  assertEquals([thinking, toolCalls], ["Hm", [{ id: "call_1", name: "get_weather", arguments: { city: "Bonn" } }]]);
});

Deno.test("an answer that ends anywhere before its end marker broke off", async () => {
  const bytes = encode(whole);
  for (let length = 0; length < bytes.length; length++) {
    const answer = await chat(cut(bytes.slice(0, length), "ends"));
    // Of the last line only its newline is missing.
    if (length === bytes.length - 1) {
      assertEquals(await answer.text(), "Grüß dich 🦙");
      continue;
    }
    const error = await assertRejects(() => answer.final(), AnswerBrokeOff, "The answer broke off", `at ${length}`);
    assert("Grüß dich 🦙".startsWith(error.received), `at ${length}`);
  }
});

Deno.test("an answer whose connection breaks anywhere before its end marker is lost", async () => {
  const bytes = encode(whole);
  for (let length = 0; length < bytes.length; length++) {
    const answer = await chat(cut(bytes.slice(0, length), "breaks"));
    const error = await assertRejects(() => answer.final(), DaemonLost, "went away", `at ${length}`);
    assert(error.cause instanceof TypeError);
    assert("Grüß dich 🦙".startsWith(error.received), `at ${length}`);
  }
  const after = await chat(cut(encode(whole), "breaks"));
  assertEquals(await after.text(), "Grüß dich 🦙");
});

Deno.test("what is no answer broke off, with its reason", async () => {
  const table: [body: string, words: string, received: string][] = [
    [piece("a") + '{"error":"the model fell over"}\n' + end, "The answer broke off: the model fell over", "a"],
    [piece("a") + '{"error":"The answer broke off and is not complete: x"}\n', "The answer broke off and is not", "a"],
    [piece("a") + "<html>\n" + end, "a line of it is not a JSON object", "a"],
    ["[]\n" + end, "a line of it is not a JSON object", ""],
    ["null\n", "a line of it is not a JSON object", ""],
    ["\n\n", "it ended without its end marker", ""],
    ["", "it ended without its end marker", ""],
    [piece("a") + `{"x":"${"x".repeat(16 * 1024 * 1024)}"}\n`, "a line has more than 16777216 bytes", "a"],
  ];
  for (const [body, words, received] of table) {
    const answer = await chat(body);
    const error = await assertRejects(() => answer.text(), AnswerBrokeOff, words);
    assertEquals(error.received, received);
    await assertRejects(() => answer.final(), AnswerBrokeOff, words);
  }
});

Deno.test("lines of another shape than expected are no pieces", async () => {
  const odd = ['{"message":null}', '{"message":{"content":5,"tool_calls":"x"}}', "{}", '{"done":"yes"}'];
  const answer = await chat(odd.join("\n") + "\n" + piece("a") + end);
  assertEquals((await Array.fromAsync(answer)).map(({ text }) => text), ["a"]);
});

/** A body that gives one piece and stays open; `cancelled` resolves when nobody wants more. */
function open(text: string) {
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encode(text)),
    cancel: () => cancelled.resolve(),
  });
  return { body, cancelled: cancelled.promise };
}

Deno.test("leaving the loop ends the request", async () => {
  const { body, cancelled } = open(piece("a"));
  const answer = await chat(body);
  for await (const { text } of answer) {
    assertEquals(text, "a");
    break;
  }
  await cancelled;
  const error = await assertRejects(() => answer.final(), DOMException, "The answer was left before its end");
  assertEquals(error.name, "AbortError");
});

Deno.test("cancel() ends a request that nobody reads", async () => {
  const { body, cancelled } = open(piece("a"));
  const answer = await chat(body);
  answer.cancel();
  await cancelled;
  answer.cancel();
  await assertRejects(() => answer.text(), DOMException, "The answer was cancelled");
});

Deno.test("an answer with its end marker is whole though the connection stays open", async () => {
  const timers = new FakeClock();
  const { body, cancelled } = open(whole);
  const answer = await chat(body, { timers });
  const text = answer.text();
  const isWaiting = async () => {
    while (timers.pending === 0) await new Promise((resolve) => setTimeout(resolve));
  };
  await isWaiting();
  await timers.advance(1_000);
  assertEquals(await text, "Grüß dich 🦙");
  await cancelled;
});
