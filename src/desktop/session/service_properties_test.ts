import { assertEquals } from "@std/assert";
import { settle } from "../../../tests/support/fake_clock.ts";
import { silentLog } from "../../core/log.ts";
import { type Bus, BusError, type Signal, type Value } from "../../dbus/types.ts";
import { followProperties, type Properties } from "./service_properties.ts";

const target = { service: "org.example.S", path: "/s", interface: "org.example.S1" };

/** The order of messages in the hands of the test. It leaves out everything that following properties does not need. */
class StubBus {
  readonly calls: { destination: string; answer: PromiseWithResolvers<readonly Value[]> }[] = [];
  onSignal: (signal: Signal) => void = () => {};
  onOwner: (owner: string | undefined) => void = () => {};
  watches = 0;

  watch(_rule: unknown, listener: (signal: Signal) => void): Promise<() => void> {
    this.onSignal = listener;
    this.watches++;
    return Promise.resolve(() => void this.watches--);
  }

  watchName(_name: string, listener: (owner: string | undefined) => void): Promise<() => void> {
    this.onOwner = listener;
    this.watches++;
    listener(undefined);
    return Promise.resolve(() => void this.watches--);
  }

  call({ destination }: { destination: string }): Promise<readonly Value[]> {
    const answer = Promise.withResolvers<readonly Value[]>();
    this.calls.push({ destination, answer });
    return answer.promise;
  }

  changed(sender: string, changed: Record<string, Value>, invalidated: string[] = [], name = target.interface): void {
    const member = { path: target.path, interface: "org.freedesktop.DBus.Properties", member: "PropertiesChanged" };
    this.onSignal({ ...member, sender, body: [name, changed, invalidated] });
  }
}

async function scene() {
  const bus = new StubBus();
  const stop = new AbortController();
  const told: (Properties | undefined)[] = [];
  const onProperties = (properties: Properties | undefined) => told.push(properties);
  const done = followProperties(bus as unknown as Bus, target, { signal: stop.signal, log: silentLog, onProperties });
  await settle();
  const end = async () => {
    stop.abort();
    await done;
    assertEquals(bus.watches, 0);
  };
  return { bus, told, end };
}

async function answer(bus: StubBus, index: number, properties: Value): Promise<void> {
  bus.calls[index].answer.resolve([properties]);
  await settle();
}

Deno.test("followProperties() tells what there is, each change, and the end of the service", async () => {
  const { bus, told, end } = await scene();
  bus.onOwner(":1.5");
  await answer(bus, 0, { A: 1, B: 2 });
  bus.changed(":1.5", { B: 3 });
  bus.onOwner(undefined);
  bus.onOwner(":1.6");
  await answer(bus, 1, { A: 7 });
  await end();
  assertEquals(bus.calls.map(({ destination }) => destination), [":1.5", ":1.6"]);
  assertEquals(told, [undefined, { A: 1, B: 2 }, { A: 1, B: 3 }, undefined, { A: 7 }, undefined]);
});

Deno.test("followProperties() lets no older answer undo a change, whichever comes first", async () => {
  const { bus, told, end } = await scene();
  bus.onOwner(":1.5");
  bus.calls[0].answer.resolve([{ A: 1, B: 1 }]);
  bus.changed(":1.5", { B: 2 });
  await settle();
  assertEquals(told.at(-1), { A: 1, B: 2 });
  await end();
});

Deno.test("followProperties() does not mix up two owners of the name", async () => {
  const { bus, told, end } = await scene();
  bus.onOwner(":1.5");
  bus.onOwner(":1.6");
  await answer(bus, 1, { A: 6 });
  await answer(bus, 0, { A: 5 });
  bus.changed(":1.5", { A: 5 });
  bus.changed(":1.6", { A: 9 }, [], "org.example.Other");
  assertEquals(told, [undefined, { A: 6 }]);
  await end();
});

Deno.test("followProperties() reads anew what was only said to have changed", async () => {
  const { bus, told, end } = await scene();
  bus.onOwner(":1.5");
  await answer(bus, 0, { A: 1 });
  bus.changed(":1.5", {}, ["A"]);
  await answer(bus, 1, { A: 2 });
  assertEquals(told.slice(1), [{ A: 1 }, { A: 2 }]);
  await end();
});

Deno.test("followProperties() takes a service that refuses, or sends nonsense, for one that tells nothing", async () => {
  const { bus, told, end } = await scene();
  bus.onOwner(":1.5");
  bus.calls[0].answer.reject(new BusError("org.freedesktop.DBus.Error.AccessDenied", "no"));
  await settle();
  bus.onSignal({ ...target, member: "PropertiesChanged", sender: ":1.5", body: [] });
  bus.onSignal({ ...target, member: "PropertiesChanged", sender: ":1.5", body: [target.interface, ["a"], 7] });
  assertEquals(told, [undefined, undefined]);
  bus.onOwner(":1.6");
  await answer(bus, 1, "nonsense");
  assertEquals(told.at(-1), {});
  await end();
});
