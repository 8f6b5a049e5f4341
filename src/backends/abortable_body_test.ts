import { assertEquals, assertRejects } from "@std/assert";
import { abortableBody, abortableReader, unlessAborted } from "./abortable_body.ts";

const gone = new Error("The client has left");

/** A body with one chunk and then nothing for ever. */
function silentBody() {
  let cancels = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(Uint8Array.of(7)),
    cancel: () => void cancels++,
  });
  return { body, cancels: () => cancels };
}

Deno.test("abortableReader() ends a pending read and the body when the signal aborts", async () => {
  const { body, cancels } = silentBody();
  const abort = new AbortController();
  const reader = abortableReader(body, abort.signal);
  assertEquals((await reader.read()).value, Uint8Array.of(7));
  const pending = reader.read();
  abort.abort(gone);
  assertEquals([(await pending).done, cancels()], [true, 1]);
});

Deno.test("abortableReader() reads nothing when the signal is aborted already", async () => {
  const { body, cancels } = silentBody();
  assertEquals([(await abortableReader(body, AbortSignal.abort(gone)).read()).done, cancels()], [true, 1]);
});

Deno.test("abortableBody() gives the same bytes, and fails with the signal's reason", async () => {
  const { body, cancels } = silentBody();
  const abort = new AbortController();
  const reader = abortableBody(body, abort.signal).getReader();
  assertEquals((await reader.read()).value, Uint8Array.of(7));
  const pending = reader.read();
  abort.abort(gone);
  assertEquals(await assertRejects(() => pending), gone);
  assertEquals(cancels(), 1);
});

Deno.test("abortableBody() ends the body when its own reader leaves", async () => {
  const { body, cancels } = silentBody();
  await abortableBody(body, new AbortController().signal).cancel();
  assertEquals(cancels(), 1);
});

Deno.test("unlessAborted() gives what comes first, and leaves no listener that throws later", async () => {
  const abort = new AbortController();
  assertEquals(await unlessAborted(Promise.resolve(5), abort.signal), 5);
  const late = unlessAborted(new Promise(() => {}), abort.signal);
  abort.abort(gone);
  assertEquals(await assertRejects(() => late), gone);
  assertEquals(await assertRejects(() => unlessAborted(new Promise(() => {}), abort.signal)), gone);
});
