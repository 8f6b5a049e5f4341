import { assertEquals } from "@std/assert";
import { dayText, monthEnd, monthOf } from "./calendar_month.ts";

Deno.test("monthOf() and monthEnd() go by local time, to the last millisecond", () => {
  const turn = new Date(2026, 11, 1).getTime();
  assertEquals([monthOf(turn - 1), monthOf(turn)], ["2026-11", "2026-12"]);
  assertEquals([monthEnd(turn - 1), monthEnd(turn)], [turn, new Date(2027, 0, 1).getTime()]);
});

Deno.test("dayText() is a day of the calendar", () => {
  assertEquals(dayText(new Date(2026, 11, 1).getTime()), "1 December");
});
