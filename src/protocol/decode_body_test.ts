import { assert, assertEquals, assertRejects } from "@std/assert";
import { zstdCompressSync } from "node:zlib";
import { RequestError } from "../core/errors.ts";
import { decodeBody } from "./decode_body.ts";

const text = new TextEncoder().encode('{"model":"你好","p":"' + "x".repeat(1000) + '"}');

async function compress(body: Uint8Array<ArrayBuffer>, format: CompressionFormat): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream(format))).bytes();
}

function zstd(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstdCompressSync(body));
}

async function statusOf(promise: Promise<unknown>): Promise<number> {
  return (await assertRejects(() => promise, RequestError)).status;
}

Deno.test("decodeBody() undoes gzip, deflate, zstd and several in a row", async () => {
  assertEquals(await decodeBody(await compress(text, "gzip"), "gzip", 10_000), text);
  assertEquals(await decodeBody(await compress(text, "gzip"), "X-GZIP", 10_000), text);
  assertEquals(await decodeBody(await compress(text, "deflate"), " deflate", 10_000), text);
  assertEquals(await decodeBody(zstd(text), "zstd", 10_000), text);
  assertEquals(await decodeBody(zstd(await compress(text, "gzip")), "gzip, zstd", 10_000), text);
});

Deno.test("decodeBody() leaves a body without encoding as it is", async () => {
  for (const encoding of [null, "", "identity"]) assert(await decodeBody(text, encoding, 10) === text);
});

Deno.test("decodeBody() takes maxBytes and answers 413 beyond", async () => {
  for (const [encoding, body] of [["gzip", await compress(text, "gzip")], ["zstd", zstd(text)]] as const) {
    assertEquals(await decodeBody(body, encoding, text.length), text);
    assertEquals(await statusOf(decodeBody(body, encoding, text.length - 1)), 413);
  }
});

Deno.test("decodeBody() stops a bomb at maxBytes", async () => {
  const bomb = zstd(new Uint8Array(64 * 1024 * 1024));
  assert(bomb.length < 10_000);
  assertEquals(await statusOf(decodeBody(bomb, "zstd", 100_000)), 413);
  const twice = await compress(await compress(new Uint8Array(8 * 1024 * 1024), "gzip"), "gzip");
  assertEquals(await statusOf(decodeBody(twice, "gzip, gzip", 100_000)), 413);
});

Deno.test("decodeBody() answers 415 for an unknown encoding and 400 for corrupt data", async () => {
  for (const encoding of ["br", "constructor"]) assertEquals(await statusOf(decodeBody(text, encoding, 10_000)), 415);
  for (const encoding of ["gzip", "deflate", "zstd"]) {
    assertEquals(await statusOf(decodeBody(text, encoding, 10_000)), 400);
  }
  const cut = (await compress(text, "gzip")).slice(0, -4);
  assertEquals(await statusOf(decodeBody(cut, "gzip", 10_000)), 400);
});

Deno.test("decodeBody() undoes three encodings and answers 415 for more", async () => {
  let body: Uint8Array<ArrayBuffer> = text;
  for (let i = 0; i < 3; i++) body = await compress(body, "gzip");
  assertEquals(await decodeBody(body, "gzip, identity, gzip,, gzip", 10_000), text);
  assertEquals(await statusOf(decodeBody(await compress(body, "gzip"), "gzip, gzip, gzip, gzip", 10_000)), 415);
});

Deno.test("decodeBody() lets a body grow to 16 MiB, and beyond to 16 times its size", async () => {
  const mebibytes = (count: number) => new Uint8Array(count * 1024 * 1024);
  const most = 1024 * 1024 * 1024;
  assertEquals((await decodeBody(zstd(mebibytes(16)), "zstd", most)).length, 16 * 1024 * 1024);
  assertEquals(await statusOf(decodeBody(zstd(mebibytes(17)), "zstd", most)), 413);
  // Two thirds of it cannot be compressed.
  const honest = mebibytes(18);
  for (let at = 0; at < 12 * 1024 * 1024; at += 65_536) crypto.getRandomValues(honest.subarray(at, at + 65_536));
  assertEquals((await decodeBody(zstd(honest), "zstd", most)).length, honest.length);
});
