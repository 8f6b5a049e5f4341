import { assertEquals, assertRejects } from "@std/assert";
import { progressStream } from "./progress_stream.ts";

const encoder = new TextEncoder();

/** A body of these pieces that then ends, or breaks. */
function bodyOf(pieces: string[], breaks = false): ReadableStream<Uint8Array<ArrayBuffer>> {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift();
      if (piece !== undefined) controller.enqueue(encoder.encode(piece));
      else if (breaks) controller.error(new Error("connection reset"));
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

function stream(body: ReadableStream<Uint8Array<ArrayBuffer>>, { isPlain = true } = {}) {
  const ends: string[] = [];
  let waits = 0;
  const out = progressStream(body, {
    backend: "local",
    isPlain,
    clientGone: new AbortController().signal,
    redact: (text) => text.replaceAll("token", "[redacted]"),
    onWait: () => waits++,
    onHeard: () => waits--,
    onEnd: () => ends.push(waits === 0 ? "end" : "end while waiting"),
  });
  return { out, ends };
}

Deno.test("progressStream() passes lines on as they are", async () => {
  const { out, ends } = stream(bodyOf(['{"status":"a"}\n{"sta', 'tus":"success"}\n']));
  assertEquals(await new Response(out).text(), '{"status":"a"}\n{"status":"success"}\n');
  assertEquals(ends, ["end"]);
});

Deno.test("progressStream() ends a broken stream with Ollama's error line", async () => {
  const { out, ends } = stream(bodyOf(['{"status":"a"}\n'], true));
  const text = await new Response(out).text();
  assertEquals(text, '{"status":"a"}\n{"error":"local broke off: connection reset"}\n');
  assertEquals(ends, ["end"]);
});

Deno.test("progressStream() gives the error a line of its own when a line was cut", async () => {
  const { out } = stream(bodyOf(['{"status":"a"}\n{"sta'], true));
  const lines = (await new Response(out).text()).split("\n");
  assertEquals(lines, ['{"status":"a"}', '{"sta', '{"error":"local broke off: connection reset"}', ""]);
});

Deno.test("progressStream() ends the backend's work when the client leaves, and tells it once", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(encoder.encode("{}\n")),
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  const { out, ends } = stream(body);
  const reader = out.getReader();
  await reader.read();
  await reader.cancel();
  assertEquals([cancelled, ends], [true, ["end"]]);
});

const unfinished = '{"error":"local broke off: it ended without saying that it is done"}\n';

Deno.test("progressStream() takes only success or an error for an end", async () => {
  const success = '{"status":"success"}';
  const table: [pieces: string[], added: string][] = [
    [[`{"status":"a"}\n${success}\n`], ""],
    [[`${success}\n\n \n`], ""],
    [['{"status":"a"}\n{"sta', 'tus":"succ', 'ess"}'], ""],
    [['{"error":"no space left"}\n'], ""],
    [[], unfinished],
    [['{"status":"a"}\n'], unfinished],
    [[`${success}\n{"status":"a"}\n`], unfinished],
    [[`{"status":"a","note":"success"}\n`], unfinished],
    [['{"status":"succ'], `\n${unfinished}`],
    [[`{"status":"success","padding":"${"x".repeat(70_000)}"}\n`], unfinished],
    [[`{"padding":"${"x".repeat(70_000)}"}\n`, `${success}\n`], ""],
  ];
  for (const [pieces, added] of table) {
    const { out, ends } = stream(bodyOf(pieces));
    const text = await new Response(out).text();
    assertEquals([text.slice(pieces.join("").length), ends], [added, ["end"]], pieces.join("").slice(0, 80));
  }
});

Deno.test("progressStream() tells no secret of a failure", async () => {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new Error("with the token")),
  });
  assertEquals(await new Response(stream(body).out).text(), '{"error":"local broke off: with the [redacted]"}\n');
});

Deno.test("progressStream() takes a secret out of what a backend says, and changes no other byte", async () => {
  const lines = ['{"status":"pulling é"}\n', '{"error":"refused for the token"}\n'];
  assertEquals(await new Response(stream(bodyOf(lines)).out).text(), lines.join("").replace("token", "[redacted]"));
});

Deno.test("progressStream() passes compressed lines on unread, and breaks where they do", async () => {
  const whole = stream(bodyOf(["\u0000"]), { isPlain: false });
  assertEquals(await new Response(whole.out).text(), "\u0000");
  const broken = stream(bodyOf(["\u0000"], true), { isPlain: false });
  await assertRejects(() => new Response(broken.out).text(), Error, "broke off: connection reset");
  assertEquals([whole.ends, broken.ends], [["end"], ["end"]]);
});
