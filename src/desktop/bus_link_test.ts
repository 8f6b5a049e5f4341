import { assert, assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../core/clock.ts";
import { type Log, silentLog } from "../core/log.ts";
import type { Bus } from "../dbus/types.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { inTime } from "../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../tests/support/private_bus.ts";
import { BusLink, eachConnection } from "./bus_link.ts";

/** A connection that does nothing but end. */
function fakeConnection(): { bus: Bus; end: (why: string) => void; isDisposed: () => boolean } {
  const closed = new AbortController();
  let isDisposed = false;
  const bus = { closed: closed.signal, [Symbol.dispose]: () => void (isDisposed = true) } as unknown as Bus;
  return { bus, end: (why) => closed.abort(new Error(why)), isDisposed: () => isDisposed };
}

/** A link on a clock of the test's, with what it said and how it is answered. */
class Scene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly said: string[] = [];
  readonly stop = new AbortController();
  readonly link: BusLink;
  attempts = 0;
  /** What the next attempts meet; an error when there is none. */
  next?: Bus;
  readonly #running: Promise<void>;

  private constructor() {
    const address = "unix:path=/bus";
    const log: Log = { ...silentLog, info: (text, fields) => void this.said.push(`${text} (${fields?.reason ?? ""})`) };
    const connect = () => {
      this.attempts++;
      return this.next ? Promise.resolve(this.next) : Promise.reject(new Error("nobody there"));
    };
    this.link = new BusLink({ name: "session", address, clock: this.clock, log, connect, random: () => 1 });
    this.#running = this.link.run(this.stop.signal);
  }

  /** A scene whose first attempt has failed. */
  static async start(): Promise<Scene> {
    const scene = new Scene();
    await settle();
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await inTime("the link ends", this.#running);
    assertEquals([this.clock.pending, this.link.bus], [0, undefined]);
  }
}

const none = "No session bus: running without tray, notifications and D-Bus";

Deno.test("BusLink says once that there is no bus, tries at growing pauses, and says when there is one again", async () => {
  await using scene = await Scene.start();
  const pauses: number[] = [];
  for (let i = 0; i < 9; i++) {
    pauses.push(scene.clock.nextDueMs!);
    await scene.clock.advance(scene.clock.nextDueMs!);
  }
  assertEquals(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  assertEquals([scene.said, scene.attempts], [[`${none} (nobody there)`], 10]);
  const connection = fakeConnection();
  scene.next = connection.bus;
  await scene.clock.advance(30_000);
  assertEquals(scene.said.slice(1), ["The session bus is there again ()"]);
  assertEquals(scene.link.bus, connection.bus);
});

Deno.test("BusLink says once that the bus went away, lets go of it, and begins with the short pause again", async () => {
  await using scene = await Scene.start();
  await scene.clock.advance(60_000);
  const connection = fakeConnection();
  scene.next = connection.bus;
  await scene.clock.advance(30_000);
  await scene.clock.advance(10_000);
  scene.next = undefined;
  connection.end("The bus ended the connection");
  await settle();
  assert(connection.isDisposed());
  assertEquals(scene.link.bus, undefined);
  assertEquals(scene.clock.nextDueMs, 500);
  await scene.clock.advance(60_000);
  assertEquals(scene.said.slice(2), [`${none} (The bus ended the connection)`]);
});

Deno.test("BusLink tells its listeners each change until they are gone", async () => {
  await using scene = await Scene.start();
  const seen: (Bus | undefined)[] = [];
  const unsubscribe = scene.link.subscribe((bus) => seen.push(bus));
  const [first, second] = [fakeConnection(), fakeConnection()];
  scene.next = first.bus;
  await scene.clock.advance(500);
  scene.next = second.bus;
  first.end("gone");
  await settle();
  await scene.clock.advance(1000);
  unsubscribe();
  second.end("gone");
  await settle();
  assertEquals(seen.map((bus) => bus && [first.bus, second.bus].indexOf(bus)), [0, undefined, 1]);
});

Deno.test("BusLink without an address says so once and waits", async () => {
  const clock = new FakeClock();
  const said: string[] = [];
  const log: Log = { ...silentLog, info: (text, fields) => void said.push(`${text} (${fields?.reason ?? ""})`) };
  const link = new BusLink({ name: "session", address: undefined, clock, log });
  const stop = new AbortController();
  const running = link.run(stop.signal);
  await clock.advance(3_600_000);
  assertEquals([said, link.bus], [[`${none} (this session has none)`], undefined]);
  stop.abort();
  await running;
});

Deno.test("eachConnection() runs for each connection with a signal that ends with it", async () => {
  await using scene = await Scene.start();
  const stop = new AbortController();
  const uses: string[] = [];
  const connections = [fakeConnection(), fakeConnection(), fakeConnection()];
  const running = eachConnection(scene.link, stop.signal, async (bus, signal) => {
    const at = connections.findIndex((each) => each.bus === bus);
    uses.push(`use ${at}`);
    // The second one returns at once, and is not run again for the same connection.
    if (at === 1) return;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    uses.push(`end ${at}`);
    throw signal.reason;
  });
  for (const [i, connection] of connections.entries()) {
    scene.next = connection.bus;
    await scene.clock.advance(30_000);
    scene.next = connections[i + 1]?.bus;
    if (i < 2) connection.end("gone");
    await settle();
  }
  assertEquals(uses, ["use 0", "end 0", "use 1", "use 2"]);
  stop.abort();
  await running;
  assertEquals(uses.at(-1), "end 2");
});

Deno.test("eachConnection() throws what its use throws while the connection lives", async () => {
  await using scene = await Scene.start();
  scene.next = fakeConnection().bus;
  await scene.clock.advance(500);
  const use = () => Promise.reject(new TypeError("broken"));
  await assertRejects(() => eachConnection(scene.link, scene.stop.signal, use), TypeError, "broken");
});

Deno.test({
  name: "BusLink survives the end of a real bus and comes back with the next",
  ignore: isBusMissing,
  async fn() {
    await using daemon = await PrivateBus.start();
    const link = new BusLink({ name: "session", address: daemon.address, clock: systemClock, log: silentLog });
    const stop = new AbortController();
    const running = link.run(stop.signal);
    for (let round = 0; round < 3; round++) {
      if (round > 0) await daemon.restart();
      const used = Promise.withResolvers<void>();
      const enough = new AbortController();
      const using = eachConnection(link, enough.signal, async (bus, signal) => {
        await bus.requestName("org.example.Link");
        used.resolve();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        enough.abort();
      });
      await inTime("the link uses the bus", used.promise);
      await daemon.stop();
      await inTime("the use ends with the bus", using);
    }
    stop.abort();
    await inTime("the link ends", running);
    assertEquals(systemClock.pending, 0);
  },
});
