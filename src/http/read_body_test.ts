import { assertEquals, assertRejects } from "@std/assert";
import { RequestError } from "../core/errors.ts";
import { readBody } from "./read_body.ts";

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
  assertEquals(await readBody(chunked(2, 0, 3).request, 5), Uint8Array.of(1, 1, 3, 3, 3));
  assertEquals((await readBody(post(null), 5)).byteLength, 0);
});

Deno.test("readBody() refuses what announces to be too large without reading it", async () => {
  const { seen, request } = chunked(6);
  const announced = new Request(request, { headers: { "content-length": "6" } });
  const error = await assertRejects(() => readBody(announced, 5), RequestError, "larger than 5 bytes");
  assertEquals([error.status, seen.taken], [413, 0]);
});

Deno.test("readBody() stops reading where a body becomes too large", async () => {
  const { seen, request } = chunked(3, 3, 3, 3);
  const error = await assertRejects(() => readBody(request, 5), RequestError);
  assertEquals([error.status, seen], [413, { taken: 2, cancelled: true }]);
});

Deno.test("readBody() takes a body that broke off for the client's fault", async () => {
  const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.error(new TypeError("connection reset")),
  });
  const error = await assertRejects(() => readBody(post(broken), 5), RequestError, "ended before");
  assertEquals(error.status, 400);
});
