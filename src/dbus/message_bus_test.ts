import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { systemClock } from "../core/clock.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { inTime } from "../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../tests/support/private_bus.ts";
import { randomFrom, randomSignature, randomValue } from "../../tests/support/random_values.ts";
import { busCall } from "./bus_calls.ts";
import type { MessageBus } from "./message_bus.ts";
import { type Bus, BusClosed, BusError, type Signal, type Value } from "./types.ts";

const path = "/org/example";
const name = "org.example.Echo";

interface Pair {
  daemon: PrivateBus;
  ours: Bus;
  peer: Bus;
}

function pairTest(title: string, fn: (pair: Pair) => Promise<void>): void {
  Deno.test({
    name: title,
    ignore: isBusMissing,
    async fn() {
      await using daemon = await PrivateBus.start();
      using ours = await daemon.connect();
      using peer = await daemon.connect();
      await fn({ daemon, ours, peer });
      assertEquals(systemClock.pending, 0);
    },
  });
}

const held = (bus: Bus) => (bus as MessageBus).held;
const callOf = (bus: Bus, member: string, signature?: string, body?: readonly Value[]) => {
  return { destination: bus.uniqueName, path, interface: name, member, signature, body };
};

/** Exports a method that answers with what it is given. */
function exportEcho(bus: Bus, signature: string): () => void {
  const args = [["value", signature]] as const;
  return bus.export(path, { name, methods: { Echo: { in: args, out: args, call: (given) => given } } });
}

/** Answers only when it is let: what waits until then can be counted. */
function exportGate(bus: Bus) {
  const gate = Promise.withResolvers<Value[]>();
  const called = Promise.withResolvers<void>();
  const call = () => {
    called.resolve();
    return gate.promise;
  };
  bus.export(path, { name, methods: { Wait: { in: [], out: [], answersLater: true, call } } });
  return { open: () => gate.resolve([]), called: called.promise };
}

pairTest("Bus.call() carries every type there and back", async ({ ours, peer }) => {
  const random = randomFrom(3);
  for (let i = 0; i < 300; i++) {
    // A dictionary that is read has lost its variants' signatures: the method compares instead of sending it back.
    const signature = randomSignature(random);
    const { written, read } = randomValue(random, signature);
    let given: readonly Value[] | undefined;
    const call = (args: readonly Value[]) => {
      given = args;
      return [written];
    };
    const args = [["value", signature]] as const;
    const remove = ours.export(path, { name, methods: { Echo: { in: args, out: args, call } } });
    const answer = await peer.call(callOf(ours, "Echo", signature, [written]));
    assertEquals([given, answer], [[read], [read]], `round ${i}: ${signature}`);
    remove();
  }
});

pairTest("Bus.call() carries big messages in order", async ({ ours, peer }) => {
  exportEcho(ours, "ay");
  const sizes = [130_000, 0, 70_000, 1, 100_000];
  const answers = sizes.map((size) => peer.call(callOf(ours, "Echo", "ay", [new Uint8Array(size).fill(size % 251)])));
  for (const [i, [bytes]] of (await Promise.all(answers)).entries()) {
    assertEquals(bytes, new Uint8Array(sizes[i]).fill(sizes[i] % 251));
  }
  await assertRejects(
    () => peer.call(callOf(ours, "Echo", "ay", [new Uint8Array(17 << 20)])),
    TypeError,
    "Cannot send",
  );
  assertEquals(await peer.call(callOf(ours, "Echo", "ay", [new Uint8Array(1)])), [new Uint8Array(1)]);
});

pairTest("A message that is too long costs its sender an answer, and nobody the connection", async ({ ours, peer }) => {
  exportEcho(ours, "ay");
  const size = ["size", "u"] as const;
  const call = ([bytes]: readonly Value[]) => [new Uint8Array(Number(bytes))];
  ours.export("/big", { name, methods: { Give: { in: [size], out: [["bytes", "ay"]], call } } });
  const give = (bytes: number) => peer.call({ ...callOf(ours, "Give", "u", [bytes]), path: "/big" });
  let seen = 0;
  await peer.watch({ interface: name }, () => void seen++);
  for (let round = 0; round < 3; round++) {
    const refused = await assertRejects(
      () => peer.call(callOf(ours, "Echo", "ay", [new Uint8Array(12 << 20)])),
      BusError,
    );
    assertEquals(refused.busName, "org.freedesktop.DBus.Error.LimitsExceeded");
    const unread = await assertRejects(() => give(2 << 20), BusError, "cannot be read");
    assertEquals(unread.busName, "org.freedesktop.DBus.Error.InconsistentMessage");
    const signal = { path, interface: name, member: "Big", signature: "ay" };
    ours.emit({ ...signal, body: [new Uint8Array(2 << 20)] });
    assertEquals(await give(3), [new Uint8Array(3)]);
    ours.emit({ ...signal, body: [new Uint8Array(1)] });
  }
  await give(1);
  assertEquals([seen, held(ours)], [3, 0]);
});

pairTest("Bus.call() leaves nothing behind after 10,000 calls, many at once", async ({ ours, peer }) => {
  exportEcho(ours, "u");
  for (let round = 0; round < 20; round++) {
    const calls = Array.from({ length: 500 }, (_, i) => peer.call(callOf(ours, "Echo", "u", [i])));
    assertEquals(held(peer), 500);
    assertEquals((await Promise.all(calls)).map(([i]) => i), Array.from({ length: 500 }, (_, i) => i));
  }
  assertEquals([held(ours), held(peer)], [0, 0]);
});

pairTest(
  "Bus.call() ends by its time and its signal, and what is answered later is dropped",
  async ({ ours, peer }) => {
    const { open, called } = exportGate(ours);
    const stop = new AbortController();
    const stopped = peer.call(callOf(ours, "Wait"), { signal: stop.signal });
    await called;
    stop.abort(new Error("enough"));
    await assertRejects(() => stopped, Error, "enough");
    await assertRejects(() => peer.call(callOf(ours, "Wait"), { signal: stop.signal }), Error, "enough");
    const late = await assertRejects(
      () => peer.call(callOf(ours, "Wait"), { timeoutMs: 5 }),
      BusError,
      "did not answer",
    );
    assertEquals(late.busName, "org.freedesktop.DBus.Error.NoReply");
    assertEquals(held(peer), 0);
    open();
    assertEquals(await peer.call(callOf(ours, "Wait")), []);
  },
);

pairTest("Bus.call() rejects what the bus refuses", async ({ peer }) => {
  const nobody = { destination: "org.example.Nobody", path, interface: name, member: "X" };
  const error = await assertRejects(() => peer.call(nobody), BusError);
  assert(error.busName.startsWith("org.freedesktop.DBus.Error."), error.busName);
  await assertRejects(() => peer.call({ ...nobody, path: "bad" }), TypeError);
  await assertRejects(() => peer.call({ ...nobody, destination: "" }), TypeError);
});

pairTest(
  "Bus.closed aborts when the bus stops, and every call that waits is rejected",
  async ({ daemon, ours, peer }) => {
    const { called, open } = exportGate(ours);
    const calls = Array.from({ length: 10 }, () => peer.call(callOf(ours, "Wait")));
    const ends = Promise.allSettled(calls);
    await called;
    await daemon.stop();
    for (const end of await ends) assert(end.status === "rejected" && end.reason instanceof BusClosed);
    assert(peer.closed.aborted && peer.closed.reason instanceof BusClosed);
    await assertRejects(() => peer.call(callOf(ours, "Wait")), BusClosed);
    await assertRejects(() => peer.watch({}, () => {}), BusClosed);
    peer.emit({ path, interface: name, member: "Gone" });
    peer.emitPropertiesChanged(path, name, []);
    assertEquals([held(peer), held(ours)], [0, 0]);
    open();
  },
);

pairTest("Bus.close() is told to nobody as a failure, and may be repeated", async ({ ours }) => {
  await ours.watch({ interface: name }, () => {});
  ours.close();
  ours.close();
  assertStrictEquals(ours.closed.reason.message, "The connection to the bus was closed by us");
  assertEquals(held(ours), 0);
});

pairTest("Bus.watch() gives a signal to every listener whose rule it fits", async ({ ours, peer }) => {
  const seen: string[] = [];
  const note = (what: string) => ({ member, body }: Signal) => void seen.push(`${what} ${member} ${body[0] ?? ""}`);
  await peer.watch({ interface: name }, note("all"));
  await peer.watch({ interface: name, member: "B" }, note("B"));
  await peer.watch({ interface: name, path: "/other" }, note("other"));
  await peer.watch({ interface: name, arg0: "it's" }, note("arg0"));
  await peer.watch({ sender: peer.uniqueName }, note("own"));
  const unwatch = await peer.watch({ interface: name, member: "A" }, note("A"));
  const last = Promise.withResolvers<void>();
  await peer.watch({ interface: name, member: "Last" }, () => last.resolve());
  ours.emit({ path, interface: name, member: "A" });
  ours.emit({ path: "/other", interface: name, member: "B", signature: "s", body: ["it's"] });
  ours.emit({ path, interface: "org.example.Other", member: "B" });
  ours.emit({ path, interface: name, member: "B", signature: "u", body: [1] });
  ours.emit({ path, interface: name, member: "Last" });
  await inTime("the last signal", last.promise);
  assertEquals(seen, [
    "all A ",
    "A A ",
    "all B it's",
    "B B it's",
    "other B it's",
    "arg0 B it's",
    "all B 1",
    "B B 1",
    "all Last ",
  ]);
  unwatch();
  unwatch();
});

pairTest(
  "Bus.watch() tells the bus of a rule once, and takes it back with the last listener",
  async ({ ours, peer }) => {
    let seen = 0;
    const rule = { interface: name, member: "A" };
    const unwatch = await Promise.all(Array.from({ length: 5 }, () => peer.watch(rule, () => seen++)));
    assertEquals(held(peer), 1);
    const emit = async () => {
      ours.emit({ path, ...rule });
      await ours.call(busCall("GetId"));
      await peer.call(busCall("GetId"));
    };
    await emit();
    assertEquals(seen, 5);
    for (const end of unwatch.slice(1)) end();
    await emit();
    assertEquals(seen, 6);
    unwatch[0]();
    assertEquals(held(peer), 0);
    await emit();
    assertEquals(seen, 6);
  },
);

pairTest("Bus.watch() survives listeners that throw, now or later", async ({ ours, peer }) => {
  const rule = { interface: name, member: "A" };
  let seen = 0;
  await peer.watch(rule, () => {
    throw new Error("now");
  });
  await peer.watch(rule, () => Promise.reject(new Error("later")));
  await peer.watch(rule, () => void seen++);
  ours.emit({ path, ...rule });
  await ours.call(busCall("GetId"));
  await peer.call(busCall("GetId"));
  await settle();
  assertEquals(seen, 1);
});

pairTest("Bus.watch() refuses a rule that cannot be, and leaves nothing of it", async ({ peer }) => {
  await assertRejects(() => peer.watch({ path: "no" }, () => {}), TypeError);
  await assertRejects(() => peer.watch({ sender: "no" }, () => {}), TypeError);
  await assertRejects(() => peer.watch({ arg0: "a\0b" }, () => {}), Error);
  assertEquals(held(peer), 0);
});

pairTest("Bus.watch() of a well-known name hears only its owner", async ({ daemon, ours, peer }) => {
  using other = await daemon.connect();
  const seen: (string | undefined)[] = [];
  // The bus delivers all of them, so that its own filter is not what keeps the others away.
  const unwatchAll = await peer.watch({ interface: name }, () => {});
  const unwatch = await peer.watch({ sender: name, member: "A" }, ({ body }) => seen.push(String(body[0])));
  const emit = async (bus: Bus, text: string) => {
    bus.emit({ path, interface: name, member: "A", signature: "s", body: [text] });
    await bus.call(busCall("GetId"));
    await peer.call(busCall("GetId"));
  };
  await emit(ours, "nobody owns it");
  assert(await ours.requestName(name));
  await emit(ours, "first owner");
  await emit(other, "not the owner");
  await ours.releaseName(name);
  assert(await other.requestName(name));
  await emit(ours, "not any more");
  await emit(other, "second owner");
  assertEquals(seen, ["first owner", "second owner"]);
  unwatch();
  unwatchAll();
  assertEquals(held(peer), 0);
});

pairTest("Bus.watchName() tells every change, whoever takes part", async ({ daemon, ours, peer }) => {
  const seen: (string | undefined)[] = [];
  const unwatch = await peer.watchName(name, (owner) => seen.push(owner));
  const again: (string | undefined)[] = [];
  await ours.requestName(name);
  await peer.call(busCall("GetId"));
  const unwatchAgain = await peer.watchName(name, (owner) => again.push(owner));
  using other = await daemon.connect();
  assertEquals(await other.requestName(name), false);
  assertEquals(await ours.requestName(name), true);
  const gone = Promise.withResolvers<void>();
  const unwatchGone = await peer.watchName(name, (owner) => owner ?? gone.resolve());
  ours.close();
  await inTime("the name is free", gone.promise);
  assertEquals(await other.requestName(name), true);
  await peer.call(busCall("GetId"));
  assertEquals(seen, [undefined, ours.uniqueName, undefined, other.uniqueName]);
  assertEquals(again, [ours.uniqueName, undefined, other.uniqueName]);
  for (const end of [unwatch, unwatchAgain, unwatchGone, unwatch]) end();
  assertEquals(held(peer), 0);
});

pairTest("Bus.watchName() loses no change while it asks", async ({ ours, peer }) => {
  for (let i = 0; i < 50; i++) {
    const seen: (string | undefined)[] = [];
    const [unwatch] = await Promise.all([peer.watchName(name, (owner) => seen.push(owner)), ours.requestName(name)]);
    await peer.call(busCall("GetId"));
    assertEquals(seen.at(-1), ours.uniqueName);
    await ours.releaseName(name);
    await peer.call(busCall("GetId"));
    assertEquals(seen.at(-1), undefined);
    unwatch();
  }
  assertEquals(held(peer), 0);
});

pairTest("Bus.emitPropertiesChanged() sends present values of what tells its changes", async ({ ours, peer }) => {
  let volume = 1;
  ours.export(path, {
    name,
    properties: {
      Volume: { signature: "u", get: () => volume },
      Quiet: { signature: "u", emitsChange: false, get: () => 1 },
    },
  });
  const seen = Promise.withResolvers<Signal>();
  await peer.watch({ member: "PropertiesChanged", path }, seen.resolve);
  volume = 7;
  ours.emitPropertiesChanged(path, name, ["Volume", "Quiet", "toString"]);
  assertEquals((await seen.promise).body, [name, { __proto__: null, Volume: 7 } as unknown as Value, []]);
});

Deno.test({
  name: "Bus.call() starts a service only when it may",
  ignore: isBusMissing,
  async fn() {
    await using daemon = await PrivateBus.start({ services: { [name]: "/bin/false" } });
    using bus = await daemon.connect();
    const call = { destination: name, path, interface: name, member: "X" };
    const idle = await assertRejects(() => bus.call(call), BusError);
    const failed = await assertRejects(() => bus.call(call, { autoStart: true }), BusError);
    assert(!/Spawn/.test(idle.busName), idle.busName);
    assert(/Spawn/.test(failed.busName), failed.busName);
  },
});
