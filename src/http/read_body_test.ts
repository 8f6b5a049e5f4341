import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { RequestError } from "../core/errors.ts";
import { readBody } from "./read_body.ts";

const clock = new FakeClock();
const patience = (maxBytes: number) => ({ maxBytes, stallMs: 60_000, clock });

const post = (body: BodyInit | null, headers: HeadersInit = {}) =>
  new Request("http://127.0.0.1/", { method: "POST", body, headers });

/** A body of chunks; tells how many were taken. */
function chunked(...sizes: number[]) {
  const seen = { taken: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const size = sizes[seen.taken++];
      if (size === undefined) controller.close();
      else controller.enqueue(new Uint8Array(size).fill(seen.taken));
    },
    cancel: () => void (seen.cancelled = true),
  }, { highWaterMark: 0 });
  return { seen, request: post(body) };
}

Deno.test("readBody() puts the chunks together", async () => {
  assertEquals(await readBody(chunked(2, 0, 3).request, patience(5)), Uint8Array.of(1, 1, 3, 3, 3));
  assertEquals((await readBody(post(null), patience(5))).byteLength, 0);
});

Deno.test("readBody() refuses what announces to be too large without reading it", async () => {
  const { seen, request } = chunked(6);
  const announced = new Request(request, { headers: { "content-length": "6" } });
  const error = await assertRejects(() => readBody(announced, patience(5)), RequestError, "larger than 5 bytes");
  assertEquals([error.status, seen.taken], [413, 0]);
});

Deno.test("readBody() stops reading where a body becomes too large", async () => {
  const { seen, request } = chunked(3, 3, 3, 3);
  const error = await assertRejects(() => readBody(request, patience(5)), RequestError);
  assertEquals([error.status, seen], [413, { taken: 2, cancelled: true }]);
});

Deno.test("readBody() takes a body that broke off for the client's fault", async () => {
  const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new TypeError("connection reset")),
  });
  const error = await assertRejects(() => readBody(post(broken), patience(5)), RequestError, "ended before");
  assertEquals(error.status, 400);
});

Deno.test("readBody() waits for a slow body, but not for one that stands still", async () => {
  const announced = { "content-length": "3" };
  for (const headers of [announced, { "content-length": "300000" }, {}]) {
    let feed!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (controller) => void (feed = controller) });
    const result = assertRejects(() => readBody(post(body, headers), patience(1_000_000)), RequestError);
    await settle();
    await clock.advance(59_999);
    feed.enqueue(Uint8Array.of(1));
    await settle();
    // A small one must be whole in that time.
    if (headers !== announced) await clock.advance(59_999);
    await clock.advance(1);
    const error = await result;
    assertEquals([error.status, clock.pending], [408, 0], JSON.stringify(headers));
  }
});
