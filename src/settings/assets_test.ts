import { assert, assertEquals } from "@std/assert";
import { serveAsset } from "./assets.ts";

Deno.test("serveAsset() gives each file with its type and a name for what is in it", async () => {
  const types = { "settings.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml" };
  for (const [name, type] of Object.entries(types)) {
    const { status, headers, body } = await serveAsset(name, new Headers());
    assertEquals([status, headers.get("content-type"), headers.get("cache-control")], [200, type, "no-cache"]);
    assert(/^W\/"[0-9a-f]{24}"$/.test(headers.get("etag")!));
    await body!.cancel();
  }
});

Deno.test("serveAsset() compresses for who takes that, and says that it differs by that", async () => {
  const plain = await serveAsset("base.js", new Headers());
  const packed = await serveAsset("base.js", new Headers({ "accept-encoding": "br, gzip;q=0.5" }));
  assertEquals([plain.headers.get("content-encoding"), packed.headers.get("content-encoding")], [null, "gzip"]);
  assertEquals([plain, packed].map(({ headers }) => headers.get("vary")), ["accept-encoding", "accept-encoding"]);
  const unpacked = new Response(packed.body!.pipeThrough(new DecompressionStream("gzip")));
  assertEquals(await unpacked.text(), await plain.text());
});

Deno.test("serveAsset() sends nothing to who has it already", async () => {
  const first = await serveAsset("base.js", new Headers());
  const etag = first.headers.get("etag")!;
  await first.body!.cancel();
  for (const known of [etag, `"other", ${etag}`]) {
    const again = await serveAsset("base.js", new Headers({ "if-none-match": known, "accept-encoding": "gzip" }));
    assertEquals([again.status, again.body, again.headers.get("etag")], [304, null, etag]);
  }
});

Deno.test("serveAsset() has nothing else", async () => {
  for (const name of ["", "nowhere.js", "constructor", "__proto__", "../base.js"]) {
    assertEquals((await serveAsset(name, new Headers())).status, 404, name);
  }
});
