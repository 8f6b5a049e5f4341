import { assertEquals, assertThrows } from "@std/assert";
import { parseMonths, renderMonths } from "./cloud_months.ts";

const textOf = (count: unknown, month = "2026-11") => JSON.stringify({ months: { [month]: count } });

Deno.test("parseMonths() reads what renderMonths() writes", () => {
  const months = new Map([["2026-11", { tokens: Number.MAX_SAFE_INTEGER, estimated: 4, since: 1_700_000_000_000 }]]);
  assertEquals(parseMonths(renderMonths(months)), months);
});

Deno.test("parseMonths() refuses counts and times that cannot be", () => {
  const good = { tokens: 5, estimated: 4, since: null };
  for (
    const wrong of [
      { since: 1e300 },
      { since: -1 },
      { since: "x" },
      { estimated: 9 },
      { tokens: -1 },
      { tokens: 36028797018968890 },
      { tokens: 0.5 },
    ]
  ) {
    assertThrows(() => parseMonths(textOf({ ...good, ...wrong })), Error, "does not say", JSON.stringify(wrong));
  }
  assertThrows(() => parseMonths(textOf(good, "November")), Error, "does not say");
});
