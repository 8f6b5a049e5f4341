import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { systemClock } from "../core/clock.ts";
import { type BusScript, FakeBus, type FakePeer } from "../../tests/support/fake_bus.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { inTime } from "../../tests/support/in_time.ts";
import { connectBus } from "./connect.ts";
import { type Bus, BusClosed, BusError, type Value } from "./types.ts";

const name = "org.example.Name";
const call = { destination: ":1.9", path: "/", interface: name, member: "M" };

function connect(address: string): Promise<Bus> {
  return inTime("an end of connecting", connectBus(address, { clock: systemClock }));
}

function until(signal: AbortSignal): Promise<unknown> {
  const ended = new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(signal.reason), { once: true })
  );
  return inTime("the end of the connection", signal.aborted ? Promise.resolve(signal.reason) : ended);
}

const refusals: [what: string, script: BusScript, why: string][] = [
  ["refuses us", async (peer) => {
    await peer.expectText("DATA\r\n");
    await peer.write("REJECTED DBUS_COOKIE_SHA1\r\n");
    await peer.ended();
  }, "does not accept us"],
  ["does not know the protocol", async (peer) => {
    await peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    await peer.ended();
  }, "answered the handshake with"],
  ["says nothing that ends", async (peer) => {
    for (;;) await peer.write("x".repeat(10_000));
  }, "does not speak D-Bus"],
  ["challenges without end", async (peer) => {
    for (;;) await peer.write("DATA\r\n".repeat(1000));
  }, "does not speak D-Bus"],
  // deno-lint-ignore require-await -- a script is asynchronous
  ["hangs up at once", async (peer) => peer.close(), ""],
  ["hangs up after the handshake", async (peer) => {
    await peer.accept();
    peer.close();
  }, ""],
  ["answers Hello with an error", async (peer) => {
    await peer.accept();
    const hello = await peer.next();
    await peer.send({ type: 3, replySerial: hello.serial, errorName: "a.b.C", signature: "s", body: ["too many"] });
    await peer.ended();
  }, "too many"],
];

for (const [what, script, why] of refusals) {
  Deno.test(`connectBus() rejects when the bus ${what}`, async () => {
    await using bus = await FakeBus.start(script);
    const error = await assertRejects(() => connect(bus.address), Error, "Cannot connect to the bus");
    assertStringIncludes(error.message, why);
    assertEquals(systemClock.pending, 0);
  });
}

const silences: [what: string, script: BusScript][] = [
  ["the handshake", (peer) => peer.ended()],
  ["Hello", async (peer) => {
    await peer.accept();
    await peer.next();
    await peer.ended();
  }],
];

for (const [what, script] of silences) {
  Deno.test(`connectBus() gives up a bus that never answers ${what}`, async () => {
    const reached = Promise.withResolvers<void>();
    await using bus = await FakeBus.start(async (peer) => {
      if (what === "Hello") await peer.accept().then(() => peer.next());
      else await peer.expectText("DATA\r\n");
      reached.resolve();
      await script(peer);
    });
    const clock = new FakeClock();
    const connecting = assertRejects(() => connectBus(bus.address, { clock }), Error, "did not answer within 10 s");
    await reached.promise;
    await clock.advance(10_000);
    await connecting;
    assertEquals(clock.pending, 0);
  });

  Deno.test(`connectBus() ends by its signal while it waits for ${what}`, async () => {
    const reached = Promise.withResolvers<void>();
    await using bus = await FakeBus.start(async (peer) => {
      await (what === "Hello" ? peer.accept().then(() => peer.next()) : peer.expectText("DATA\r\n"));
      reached.resolve();
      await peer.ended();
    });
    const stop = new AbortController();
    const connecting = connectBus(bus.address, { clock: systemClock, signal: stop.signal });
    await reached.promise;
    stop.abort(new Error("enough"));
    await assertRejects(() => connecting, Error, "enough");
    assertEquals(systemClock.pending, 0);
  });
}

Deno.test("connectBus() takes the first address that answers, and tells of each that did not", async () => {
  await using bus = await FakeBus.start(async (peer) => {
    await peer.welcome();
    await peer.ended();
  });
  using connected = await connect(`unix:path=/nonexistent/bus;tcp:host=127.0.0.1,port=1;${bus.address}`);
  assertEquals(connected.uniqueName, ":1.1");
  const error = await assertRejects(() => connect("unix:path=/nonexistent/a;unix:path=/nonexistent/b"), Error);
  assertStringIncludes(error.message, "/nonexistent/a: ");
  assertStringIncludes(error.message, "/nonexistent/b: ");
});

Deno.test("connectBus() reaches an abstract socket", async () => {
  const socketName = `bus-test-${crypto.randomUUID()}`;
  using listener = Deno.listen({ transport: "unix", path: `\0${socketName}` });
  const accepted = listener.accept();
  const stop = new AbortController();
  const connecting = connectBus(`unix:abstract=${socketName}`, { clock: systemClock, signal: stop.signal });
  using _socket = await inTime("a connection at the abstract socket", accepted);
  stop.abort(new Error("enough"));
  await assertRejects(() => connecting, Error, "enough");
});

/** A bus that welcomes us and then does `then`. */
async function afterWelcome(then: (peer: FakePeer) => Promise<void>, use: (bus: Bus) => Promise<void>): Promise<void> {
  await using fake = await FakeBus.start(async (peer) => {
    await peer.welcome();
    await then(peer);
    await peer.ended();
  });
  using bus = await connect(fake.address);
  await use(bus);
}

const signal = { type: 4, path: "/", interface: name, member: "S", sender: ":1.9" };
const header = (...bytes: number[]) => Uint8Array.from({ length: 16 }, (_, i) => bytes[i] ?? 0);
const poison: [what: string, bytes: (peer: FakePeer) => Uint8Array, why: string][] = [
  ["another byte order", () => header(0x78, 4, 0, 1), "byte order"],
  ["another version", () => header(0x6c, 4, 0, 9), "protocol version"],
  ["a body of 4 GiB", () => header(0x6c, 4, 0, 1, 255, 255, 255, 255, 1), "too long"],
  ["a header of 4 GiB", () => header(0x6c, 4, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255), "too long"],
  ["no header fields", () => header(0x6c, 4, 0, 1, 0, 0, 0, 0, 1), "has no path"],
  [
    "a header that is noise",
    () => new Uint8Array([...header(0x6c, 4, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 8), ...Array(8).fill(255)]),
    "Bad",
  ],
  ["a signal without serial", (peer) => {
    const bytes = peer.encode(signal);
    bytes.fill(0, 8, 12);
    return bytes;
  }, "serial"],
];

for (const [what, bytes, why] of poison) {
  Deno.test(`A connection ends with a reason when the bus sends ${what}`, async () => {
    const go = Promise.withResolvers<void>();
    await afterWelcome(async (peer) => {
      await go.promise;
      await peer.write(bytes(peer));
    }, async (bus) => {
      const waiting = assertRejects(() => bus.call(call), BusClosed, why);
      go.resolve();
      const reason = await until(bus.closed);
      assert(reason instanceof BusClosed);
      assertStringIncludes(reason.message, why);
      await waiting;
      assertEquals(systemClock.pending, 0);
    });
  });
}

Deno.test("A connection ends when the bus hangs up within a message", async () => {
  await afterWelcome(async (peer) => {
    await peer.write(peer.encode(signal).subarray(0, 30));
    peer.close();
  }, async (bus) => assertEquals((await until(bus.closed) as Error).message, "The bus ended the connection"));
});

Deno.test("A message may come in pieces, and many at once", async () => {
  await afterWelcome(async (peer) => {
    await peer.reply(await peer.next(), {});
    const bytes = peer.encode({ ...signal, signature: "s", body: ["a"] });
    for (const byte of bytes) await peer.write(new Uint8Array([byte]));
    const many = Array.from({ length: 500 }, (_, i) => peer.encode({ ...signal, signature: "s", body: [`${i}`] }));
    await peer.write(new Uint8Array(many.flatMap((each) => [...each])));
  }, async (bus) => {
    const seen: unknown[] = [];
    const last = Promise.withResolvers<void>();
    await bus.watch({ interface: name }, ({ body }) => {
      seen.push(body[0]);
      if (body[0] === "499") last.resolve();
    });
    await inTime("the last signal", last.promise);
    assertEquals(seen, ["a", ...Array.from({ length: 500 }, (_, i) => `${i}`)]);
  });
});

Deno.test("A malformed body spoils only its own message", async () => {
  await afterWelcome(async (peer) => {
    const watching = await peer.next();
    await peer.reply(watching, {});
    await peer.write(spoiled(peer, { ...signal, signature: "s", body: ["bad"] }));
    await peer.write(spoiled(peer, { type: 1, path: "/", interface: name, member: "M", signature: "s", body: ["x"] }));
    const refused = await peer.next();
    await peer.send({ ...signal, signature: "s", body: [refused.errorName!] });
    const asked = await peer.next();
    await peer.write(
      spoiled(peer, { type: 2, replySerial: asked.serial, sender: ":1.9", signature: "s", body: ["x"] }),
    );
  }, async (bus) => {
    bus.export("/", { name, methods: { M: { in: [["s", "s"]], out: [], call: () => [] } } });
    const seen = Promise.withResolvers<readonly Value[]>();
    await bus.watch({ interface: name }, ({ body }) => seen.resolve(body));
    assertEquals(await inTime("the good signal", seen.promise), ["org.freedesktop.DBus.Error.InvalidArgs"]);
    const error = await assertRejects(() => bus.call(call), BusError, "cannot be read");
    assertEquals(error.busName, "org.freedesktop.DBus.Error.InconsistentMessage");
  });
});

/** A message to us whose last string has lost its NUL. */
function spoiled(peer: FakePeer, fields: Parameters<FakePeer["encode"]>[0]): Uint8Array {
  const bytes = peer.encode({ sender: ":1.9", destination: ":1.1", ...fields });
  bytes[bytes.length - 1] = 0x41;
  return bytes;
}

Deno.test("A reply counts only when it comes from who was called, or from the bus in its place", async () => {
  await afterWelcome(async (peer) => {
    for (let i = 0; i < 2; i++) {
      const asked = await peer.next();
      await peer.reply(asked, { sender: ":1.66", signature: "s", body: ["forged"] });
      await peer.send({
        type: 2,
        replySerial: asked.serial + 1000,
        sender: ":1.9",
        signature: "s",
        body: ["nobody's"],
      });
      if (i === 0) await peer.reply(asked, { sender: ":1.9", signature: "s", body: ["real"] });
      else await peer.reply(asked, { type: 3, errorName: "a.b.C", signature: "s", body: ["the bus says no"] });
      await peer.reply(asked, { sender: ":1.9", signature: "s", body: ["again"] });
    }
  }, async (bus) => {
    assertEquals(await bus.call(call), ["real"]);
    await assertRejects(() => bus.call(call), BusError, "the bus says no");
  });
});

Deno.test("Only the bus tells who owns a name, and what is for others is not answered", async () => {
  await afterWelcome(async (peer) => {
    await peer.reply(await peer.next(), {});
    await peer.reply(await peer.next(), { type: 3, errorName: "org.freedesktop.DBus.Error.NameHasNoOwner" });
    const change = { type: 4, path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus", signature: "sss" };
    const told = { ...change, member: "NameOwnerChanged" };
    await peer.send({ ...told, sender: ":1.66", destination: ":1.1", body: [name, "", ":1.66"] });
    await peer.send({ ...told, body: ["org.example.Other", "", ":1.66"] });
    await peer.send({ type: 1, path: "/", interface: name, member: "M", sender: ":1.9", destination: ":1.8" });
    await peer.send({ type: 1, path: "/", interface: name, member: "M", sender: ":1.9", destination: name });
    await peer.send({ type: 1, path: "/", interface: name, member: "M", sender: ":1.9" });
    await peer.send({ ...told, body: [name, "", ":1.9"] });
  }, async (bus) => {
    let calls = 0;
    bus.export("/", { name, methods: { M: { in: [], out: [], call: () => (calls++, []) } } });
    const owners: (string | undefined)[] = [];
    const told = Promise.withResolvers<void>();
    await bus.watchName(name, (owner) => {
      owners.push(owner);
      if (owner) told.resolve();
    });
    await inTime("the true owner", told.promise);
    assertEquals([owners, calls], [[undefined, ":1.9"], 0]);
  });
});

Deno.test("A call that wants no answer gets none", async () => {
  await afterWelcome(async (peer) => {
    await peer.reply(await peer.next(), {});
    const asked = { type: 1, path: "/", interface: name, sender: ":1.9", destination: ":1.1" };
    await peer.send({ ...asked, flags: 1, member: "M" });
    await peer.send({ ...asked, flags: 1, member: "Nothing" });
    await peer.send({ ...asked, member: "M" });
    const answer = await peer.next();
    await peer.send({ ...signal, signature: "u", body: [answer.replySerial!] });
  }, async (bus) => {
    let calls = 0;
    bus.export("/", { name, methods: { M: { in: [], out: [], call: () => (calls++, []) } } });
    const seen = Promise.withResolvers<readonly Value[]>();
    await bus.watch({ interface: name }, ({ body }) => seen.resolve(body));
    // Two answers of the bus came before the calls 3 to 5.
    assertEquals(await inTime("the only answer", seen.promise), [5]);
    assertEquals(calls, 2);
  });
});

Deno.test("A bus that does not read is given up before it costs memory", async () => {
  const done = Promise.withResolvers<void>();
  await using fake = await FakeBus.start(async (peer) => {
    await peer.welcome();
    await done.promise;
  });
  using bus = await connect(fake.address);
  const body = [new Uint8Array(1 << 20)];
  for (let i = 0; i < 30 && !bus.closed.aborted; i++) {
    bus.emit({ path: "/", interface: name, member: "Big", signature: "ay", body });
    await settle();
  }
  done.resolve();
  assertStringIncludes((await until(bus.closed) as Error).message, "does not read");
});
