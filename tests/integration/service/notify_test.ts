import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BrokerFixture } from "../../support/broker_fixture.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { inTime } from "../../support/in_time.ts";

/** The socket of a service manager, with what was said to it. */
class Manager implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;
  readonly #socket: Deno.DatagramConn;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/notify`;
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: this.path });
  }

  static async listen(): Promise<Manager> {
    return new Manager(await Deno.makeTempDir({ prefix: "notify-" }));
  }

  /** The next message, its lines by their names. */
  async next(): Promise<Record<string, string>> {
    const [bytes] = await inTime("the daemon says something", this.#socket.receive());
    const lines = new TextDecoder().decode(bytes).split("\n");
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  }

  /** The next message that has this line. */
  async until(name: string): Promise<Record<string, string>> {
    for (let message = await this.next();; message = await this.next()) if (name in message) return message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const backends = [{ id: "local", kind: "ollama", url: "http://127.0.0.1:1", location: "local" }] as const;

Deno.test("a service manager hears that the daemon is ready, what it can do, and that it stops", async () => {
  await using manager = await Manager.listen();
  const broker = await BrokerFixture.start({ backends: [...backends] }, { env: { NOTIFY_SOCKET: manager.path } });
  const ready = await manager.next();
  assertEquals(ready.READY, "1");
  assertStringIncludes(ready.STATUS, `at ${broker.url}, mode local-first`);
  // Nothing of the sender is left lying about.
  assertEquals([...Deno.readDirSync(broker.folder)].filter(({ name }) => name.startsWith("notify")), []);
  await (await broker.control("/mode", { method: "PUT", body: '{"mode":"local-only"}' })).body?.cancel();
  for (let message = await manager.until("STATUS"); !message.STATUS.endsWith("mode local-only");) {
    message = await manager.until("STATUS");
  }
  await broker[Symbol.asyncDispose]();
  assertEquals(await manager.until("STOPPING"), { STOPPING: "1", STATUS: "Stopping", EXTEND_TIMEOUT_USEC: "20000000" });
});

Deno.test("a watchdog is fed twice as often as it wants", async () => {
  await using manager = await Manager.listen();
  const clock = new FakeClock();
  const env = { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: "4000000" };
  const starting = BrokerFixture.start({ backends: [...backends] }, { env, clock });
  // The first health checks wait for the keyring by this clock, which stands still.
  const broker = await starting;
  await manager.until("READY");
  for (let i = 0; i < 3; i++) {
    await clock.advance(2_000);
    assertEquals((await manager.until("WATCHDOG")).WATCHDOG, "1");
  }
  await broker[Symbol.asyncDispose]();
});

Deno.test("a daemon without a service manager, or with one that cannot be reached, runs all the same", async () => {
  for (const NOTIFY_SOCKET of ["", "@abstract", "/nowhere/notify"]) {
    await using broker = await BrokerFixture.start({ backends: [...backends] }, { env: { NOTIFY_SOCKET } });
    const response = await fetch(`${broker.url}/api/version`);
    assert(response.ok);
    await response.body?.cancel();
    assertEquals(broker.log.some((line) => line.includes("service manager")), NOTIFY_SOCKET !== "");
  }
});

Deno.test("a service manager that takes no messages is given up, and keeps neither start nor end waiting", async () => {
  await using manager = await Manager.listen();
  const sender = Deno.listenDatagram({ transport: "unixpacket", path: `${manager.path}-sender` });
  // Until its queue is full, which nobody empties.
  let isFull = false;
  for (let count = 0; !isFull && count < 5_000; count++) {
    const sent = sender.send(new Uint8Array(1), { transport: "unixpacket", path: manager.path }).then(() => false);
    isFull = await Promise.race([sent, new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 50))]).catch(
      () => true,
    );
  }
  sender.close();
  assertEquals(isFull, true);
  const env = { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: "200000" };
  const broker = await inTime("the daemon starts", BrokerFixture.start({ backends: [...backends] }, { env }));
  assertStringIncludes(broker.log.join(""), "The service manager does not listen reason=");
  await inTime("the daemon ends", broker[Symbol.asyncDispose]());
});
