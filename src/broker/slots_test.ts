import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { RequestError } from "../core/errors.ts";
import { Slots } from "./slots.ts";

function scene(limits: Record<string, number>) {
  const clock = new FakeClock();
  const seen: string[] = [];
  const onChange = (id: string, inFlight: number) => seen.push(`${id}=${inFlight}`);
  const slots = new Slots({ clock, onChange, limit: (id) => limits[id] ?? 0 });
  const wait = (ids: string[], more: { queueMs?: number; maxQueued?: number; signal?: AbortSignal } = {}) =>
    slots.wait(ids, { queueMs: 1_000, maxQueued: 10, signal: new AbortController().signal, ...more });
  return { clock, slots, seen, wait };
}

Deno.test("take() counts, and gives back once however often it is called", () => {
  const { slots, seen } = scene({ a: 2 });
  const [first, second] = [slots.take("a"), slots.take("a")];
  assertEquals([slots.inFlight("a"), slots.isFree("a")], [2, false]);
  first();
  first();
  assertEquals([slots.inFlight("a"), slots.isFree("a")], [1, true]);
  second();
  assertEquals(seen, ["a=1", "a=2", "a=1", "a=0"]);
});

Deno.test("isFree() knows no limit where there is none", () => {
  const { slots } = scene({});
  for (let i = 0; i < 100; i++) slots.take("a");
  assertEquals(slots.isFree("a"), true);
});

Deno.test("wait() lets requests on in order of arrival, one for each free slot", async () => {
  const { clock, slots, wait } = scene({ a: 1, b: 1 });
  const [giveA, giveB] = [slots.take("a"), slots.take("b")];
  const order: string[] = [];
  const waiters = [
    wait(["a"]).then(() => order.push("first")),
    wait(["a", "b"]).then(() => order.push("second")),
    wait(["a"]).then(() => order.push("third")),
  ];
  assertEquals(slots.waiting, 3);
  giveB();
  await settle();
  assertEquals([order, slots.waiting], [["second"], 2]);
  giveA();
  await settle();
  assertEquals(order, ["second", "first"]);
  slots.take("a")();
  await Promise.all(waiters);
  assertEquals([order, clock.pending], [["second", "first", "third"], 0]);
});

Deno.test("wait() gives up after queueMs with 503", async () => {
  const { clock, slots, wait } = scene({ a: 1 });
  slots.take("a");
  const waiting = assertRejects(() => wait(["a"], { queueMs: 500 }), RequestError, "stayed busy");
  await clock.advance(499);
  assertEquals(slots.waiting, 1);
  await clock.advance(1);
  assertEquals([(await waiting).status, slots.waiting, clock.pending], [503, 0, 0]);
});

Deno.test("wait() refuses more than maxQueued", async () => {
  const { clock, slots, wait } = scene({ a: 1 });
  const giveBack = slots.take("a");
  const first = wait(["a"], { maxQueued: 1 });
  const error = await assertRejects(() => wait(["a"], { maxQueued: 1 }), RequestError, "Too many requests wait");
  assertEquals([error.status, slots.waiting], [503, 1]);
  giveBack();
  await first;
  assertEquals(clock.pending, 0);
});

Deno.test("wait() ends when its client leaves, and hands its turn on", async () => {
  const { clock, slots, wait } = scene({ a: 1 });
  const giveBack = slots.take("a");
  const client = new AbortController();
  const gone = new Error("gone");
  const left = assertRejects(() => wait(["a"], { signal: client.signal }), Error, "gone");
  const other = wait(["a"]);
  client.abort(gone);
  await left;
  giveBack();
  await other;
  assertEquals([slots.waiting, clock.pending], [0, 0]);
});

Deno.test("wait() does not begin for a client that has left", async () => {
  const { clock, slots, wait } = scene({ a: 1 });
  slots.take("a");
  await assertRejects(() => wait(["a"], { signal: AbortSignal.abort(new Error("gone")) }), Error, "gone");
  assertEquals([slots.waiting, clock.pending], [0, 0]);
});
