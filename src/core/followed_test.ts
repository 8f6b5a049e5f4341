import { assertEquals } from "@std/assert";
import { followed } from "./followed.ts";

function scene() {
  let offer: (value: number) => void = () => {};
  let ends = 0;
  const aborts = [new AbortController(), new AbortController()];
  const stream = followed<number>((take) => {
    offer = take;
    take(0);
    return () => void ends++;
  }, { signals: aborts.map(({ signal }) => signal) });
  return { offer: (value: number) => offer(value), ends: () => ends, aborts, stream };
}

Deno.test("followed() gives what is told, from the beginning, until a signal aborts", async () => {
  const { offer, ends, aborts, stream } = scene();
  offer(1);
  const reader = stream.getReader();
  assertEquals([(await reader.read()).value, (await reader.read()).value], [0, 1]);
  const next = reader.read();
  offer(2);
  assertEquals((await next).value, 2);
  for (const abort of aborts) abort.abort();
  assertEquals([(await reader.read()).done, ends()], [true, 1]);
});

Deno.test("followed() ends what it follows when nobody reads any more", async () => {
  const { ends, aborts, stream } = scene();
  await stream.cancel();
  aborts[0].abort();
  assertEquals(ends(), 1);
});

Deno.test("followed() is over at once where a signal was aborted before", async () => {
  let ends = 0;
  const stream = followed<number>(() => () => void ends++, { signals: [AbortSignal.abort()] });
  assertEquals([await Array.fromAsync(stream), ends], [[], 1]);
});

Deno.test("followed() leaves the oldest out where its reader is too slow", async () => {
  const { offer, aborts, stream } = scene();
  for (let value = 1; value <= 5_000; value++) offer(value);
  const reader = stream.getReader();
  const read: number[] = [];
  while (read.at(-1) !== 5_000) read.push((await reader.read()).value!);
  // 64 were handed over before it was too slow.
  assertEquals([read.length, read[63], read[64]], [1_064, 63, 4_001]);
  aborts[1].abort();
  assertEquals((await reader.read()).done, true);
});
