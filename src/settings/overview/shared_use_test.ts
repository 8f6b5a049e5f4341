import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { SharedUse } from "./shared_use.ts";

Deno.test("SharedUse makes a thing once in a while for all who ask, each key for itself", async () => {
  const clock = new FakeClock();
  const shared = new SharedUse<string>({ clock, youngMs: 5_000 });
  const made: string[] = [];
  const ask = (key: string) => shared.get(key, () => Promise.resolve(`${key}${made.push(key)}`));
  assertEquals(await Promise.all([ask("day"), ask("day"), ask("hour")]), ["day1", "day1", "hour2"]);
  await clock.advance(4_999);
  assertEquals(await ask("day"), "day1");
  await clock.advance(1);
  assertEquals(await ask("day"), "day3");
});

Deno.test("SharedUse makes what failed anew", async () => {
  const shared = new SharedUse<string>({ clock: new FakeClock(), youngMs: 5_000 });
  await assertRejects(() => shared.get("day", () => Promise.reject(new Error("locked"))), Error, "locked");
  assertEquals(await shared.get("day", () => Promise.resolve("read")), "read");
});
