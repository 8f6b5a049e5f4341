import { assertEquals } from "@std/assert";
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

function stream(body: ReadableStream<Uint8Array<ArrayBuffer>>, clientGone = new AbortController().signal) {
  const ends: string[] = [];
  const out = progressStream(body, { backend: "local", clientGone, onEnd: () => ends.push("end") });
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
