import { assertEquals } from "@std/assert";
import { timeOfDay } from "./time_of_day.ts";

Deno.test("timeOfDay() tells the local hour and minute in two digits each", () => {
  assertEquals(timeOfDay(new Date(2026, 0, 5, 7, 4, 59).getTime()), "07:04");
  assertEquals(timeOfDay(new Date(2026, 10, 25, 23, 30).getTime()), "23:30");
});
