import { assertEquals, assertRejects } from "@std/assert";
import { blackhole, refusedPort } from "./dead_ends.ts";

Deno.test("refusedPort() is refused and blackhole() never accepts", async () => {
  await assertRejects(() => Deno.connect({ port: refusedPort() }), Deno.errors.ConnectionRefused);
  using hole = await blackhole();
  const connecting = new AbortController();
  let settled = false;
  const attempt = Deno.connect({ port: hole.port, signal: connecting.signal }).then((conn) => {
    settled = true;
    conn.close();
  }, () => {});
  // Longer than a connection over loopback takes by a factor of a hundred; it can only pass when none is made.
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals(settled, false);
  connecting.abort();
  await attempt;
});
