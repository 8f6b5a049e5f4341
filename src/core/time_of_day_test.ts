import { assertEquals } from "@std/assert";
import { timeOfDay, timeText } from "./time_of_day.ts";

Deno.test("timeOfDay() tells the local hour and minute in two digits each", () => {
  assertEquals(timeOfDay(new Date(2026, 0, 5, 7, 4, 59).getTime()), "07:04");
  assertEquals(timeOfDay(new Date(2026, 10, 25, 23, 30).getTime()), "23:30");
});

const at = (day: number, hours: number, minutes: number) => new Date(2026, 4, day, hours, minutes).getTime();

Deno.test("timeText() is the user's clock, with the day where that is in doubt", () => {
  const now = at(3, 15, 30);
  const table: [at: number, text: string][] = [
    [at(3, 9, 5), "09:05"],
    [at(3, 23, 59), "23:59"],
    [at(4, 0, 30), "00:30"],
    [at(2, 23, 59), "2 May 23:59"],
    [at(4, 15, 31), "4 May 15:31"],
    [NaN, "an unknown time"],
  ];
  for (const [time, text] of table) assertEquals(timeText(time, now), text);
});
