import { assert, assertEquals } from "@std/assert";
import { FirstByteCounts, firstByteStep, stepCount } from "./first_byte_steps.ts";

Deno.test("quantile() is right to within 5 %, up to an hour", () => {
  for (let ms = 1.05; ms < 3_600_000; ms *= 1.037) {
    const counts = new FirstByteCounts();
    counts.add(firstByteStep(ms), 1);
    const ratio = counts.quantile(0.5)! / ms;
    assert(ratio > 0.95 && ratio < 1.051, `${ms} became ${counts.quantile(0.5)}`);
  }
  for (const ms of [-1, 0, NaN, 1e12, Infinity]) assert(firstByteStep(ms) >= 0 && firstByteStep(ms) < stepCount);
});

Deno.test("quantile() counts from the quickest", () => {
  const counts = new FirstByteCounts();
  assertEquals(counts.quantile(0.5), null);
  counts.add(10, 94);
  counts.add(50, 6);
  assertEquals([counts.quantile(0.5), counts.quantile(0.94), counts.quantile(0.95)], [2.47, 2.47, 111.93]);
});

Deno.test("toBlob() and addBlob() keep every count, and a broken blob adds nothing wrong", () => {
  const counts = new FirstByteCounts();
  counts.add(0, 3);
  counts.add(159, 70_000);
  const read = new FirstByteCounts();
  read.addBlob(counts.toBlob());
  read.addBlob(new Uint8Array([200, 0, 0, 0, 1, 7]));
  assertEquals(read.toBlob(), counts.toBlob());
});
