import { assertEquals } from "@std/assert";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { onEachInterrupt } from "./each_interrupt.ts";

Deno.test("onEachInterrupt() counts a signal and its echoes within a second once", async () => {
  const io = new FakeIo();
  let count = 0;
  const end = onEachInterrupt(io, ["SIGINT", "SIGTERM"], () => count++);
  io.signal("SIGINT");
  io.signal("SIGINT");
  await io.clock.advance(999);
  io.signal("SIGTERM");
  assertEquals(count, 1);
  await io.clock.advance(1);
  io.signal("SIGTERM");
  io.signal("SIGTERM");
  assertEquals(count, 2);
  end();
  assertEquals([io.signal("SIGINT"), io.signal("SIGTERM")], [false, false]);
});
