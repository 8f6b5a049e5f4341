import { assertThrows } from "@std/assert";
import { checkJsonSize } from "./json_size.ts";

const encoder = new TextEncoder();
const check = (text: string, values: number, depth: number) => checkJsonSize(encoder.encode(text), { values, depth });

Deno.test("checkJsonSize() takes as many values as allowed, and throws beyond", () => {
  for (const text of ["[1,2,3]", '[{},"a,[{",[]]', '{"a":{"b":1,"c,":2}}']) {
    const values = [...text.replaceAll(/"[^"]*"/g, "")].filter((char) => "[{,".includes(char)).length + 1;
    check(text, values, 9);
    assertThrows(() => check(text, values - 1, 3), RangeError, `JSON has more than ${values - 1} values`);
  }
});

Deno.test("checkJsonSize() takes nesting as deep as allowed, and throws beyond", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  check(`[${nested(4)},${nested(4)}]`, 100, 5);
  assertThrows(() => check(nested(6), 100, 5), RangeError, "JSON is nested more than 5 deep");
  assertThrows(() => check("[".repeat(90), 100, 5), RangeError, "nested");
  assertThrows(() => check('{"a":'.repeat(6), 100, 5), RangeError, "nested");
});

Deno.test("checkJsonSize() counts nothing within strings, escaped quotes included", () => {
  const text = JSON.stringify(["[".repeat(50), '"[{,', '\\"[[[[[[', "\\\\", '\\\\"', ",,,,,,,,,"]);
  check(text, 7, 1);
  assertThrows(() => check(text, 6, 1), RangeError);
  check(`["unclosed \\" [[[[[[[[[[[[`, 3, 1);
});

Deno.test("checkJsonSize() passes large texts and ends early at many values", () => {
  checkJsonSize(encoder.encode(JSON.stringify({ image: "x,[{".repeat(1_000_000) })));
  assertThrows(
    () => checkJsonSize(encoder.encode(`[${"{},".repeat(600_000)}{}]`)),
    RangeError,
    "more than 1000000 values",
  );
  checkJsonSize(encoder.encode(`[${"1,".repeat(900_000)}1]`));
});
