import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { OneAtATime } from "./one_at_a_time.ts";

function scene() {
  const clock = new FakeClock();
  const started: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<number>>();
  const begin = (key: string) => () => {
    started.push(key);
    ends.set(key, Promise.withResolvers());
    return ends.get(key)!.promise;
  };
  const end = async (key: string) => {
    ends.get(key)!.resolve(started.length);
    await clock.advance(0);
  };
  return { clock, started, begin, end, ends, work: new OneAtATime<number>({ clock, apartMs: 1_000, max: 2 }) };
}

Deno.test("OneAtATime.once() gives what runs, also within a second after it began", async () => {
  const { work, begin, end, started, clock } = scene();
  const first = work.once("a", begin("a"));
  assertStrictEquals(work.once("a", begin("a")), first);
  await clock.advance(5_000);
  assertStrictEquals(work.once("a", begin("a")), first);
  await end("a");
  const second = work.once("a", begin("a"));
  await end("a");
  await clock.advance(999);
  assertStrictEquals(work.once("a", begin("a")), second);
  await clock.advance(1);
  void work.once("a", begin("a"));
  await end("a");
  assertEquals([await first, await second, started, work.running], [1, 2, ["a", "a", "a"], 0]);
});

Deno.test("OneAtATime.inOrder() gives what runs only when nothing else was asked for since", async () => {
  const { work, begin, end, started } = scene();
  const first = work.inOrder("a", begin("a"));
  assertStrictEquals(work.inOrder("a", begin("a")), first);
  void work.inOrder("b", begin("b"));
  await end("a");
  void work.inOrder("a", begin("a"));
  await end("a");
  await end("b");
  void work.inOrder("a", begin("a"));
  await end("a");
  assertEquals([started, work.running], [["a", "b", "a", "a"], 0]);
});

Deno.test("OneAtATime does so much at a time at most", async () => {
  const { work, begin, end, started } = scene();
  void work.once("a", begin("a"));
  void work.inOrder("b", begin("b"));
  assertEquals([work.once("c", begin("c")), work.inOrder("c", begin("c"))], [undefined, undefined]);
  await end("a");
  void work.once("c", begin("c"));
  await Promise.all([end("b"), end("c")]);
  assertEquals([started, work.running], [["a", "b", "c"], 0]);
});

Deno.test("OneAtATime gives a failure to all who wait for it, and is free again", async () => {
  const { work, begin, ends } = scene();
  const both = [work.once("a", begin("a")), work.once("a", begin("a"))];
  ends.get("a")!.reject(new Error("no"));
  for (const one of both) await assertRejects(() => one!, Error, "no");
  assertEquals(work.running, 0);
});
