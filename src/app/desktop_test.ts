import { assertEquals, assertNotEquals } from "@std/assert";
import { BrokerFixture } from "../../tests/support/broker_fixture.ts";
import { inTime } from "../../tests/support/in_time.ts";
import type { DesktopContext } from "../desktop/context.ts";

/** A cloud without models that tells the connection of each health check. */
class PortServer implements AsyncDisposable {
  readonly #ports = new TransformStream<number, number>({}, { highWaterMark: 100 }, { highWaterMark: 100 });
  readonly #told = this.#ports.writable.getWriter();
  readonly #reader = this.#ports.readable.getReader();
  readonly #server = Deno.serve({ hostname: "0.0.0.0", port: 0, onListen() {} }, (_, { remoteAddr }) => {
    void this.#told.write(remoteAddr.port);
    return Response.json({ data: [] });
  });
  /** An address that does not count as this machine, though it leads there. */
  readonly url = `http://0.0.0.0:${this.#server.addr.port}`;

  async next(): Promise<number> {
    return (await inTime("a health check", this.#reader.read())).value!;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

async function scene(body: (context: DesktopContext, server: PortServer, broker: BrokerFixture) => Promise<void>) {
  await using server = new PortServer();
  const started = Promise.withResolvers<DesktopContext>();
  const run = (context: DesktopContext, signal: AbortSignal) => {
    started.resolve(context);
    return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  };
  await using broker = await BrokerFixture.start(
    { backends: [{ id: "cloud", kind: "openai", url: server.url, location: "cloud" }] },
    { desktop: { isTheOne: false, run } },
  );
  await broker.waitUntilChecked();
  await body(await started.promise, server, broker);
}

Deno.test("awake() asks every backend at once, on a new connection", async () => {
  await scene(async ({ awake, commands }, server) => {
    const first = await server.next();
    await commands.testBackend("cloud", new AbortController().signal);
    const used = [await server.next(), await server.next(), await server.next()];
    assertEquals(new Set([first, ...used]).size, 1, "connections are used again");
    awake();
    assertNotEquals(await server.next(), first);
  });
});

Deno.test("seeSurroundings() puts mode and reach in force, and leaves the connections of a lost network", async () => {
  await scene(async ({ seeSurroundings, store }, server, broker) => {
    const first = await server.next();
    const reach = () => store.state.backends[0].health.reach;
    seeSurroundings({ isMetered: true });
    assertEquals([store.state.mode, reach().kind], ["local-first", "up"]);
    seeSurroundings({ network: "offline" });
    assertEquals(reach(), { kind: "down", reason: "offline", passes: 0, checks: 0 });
    assertNotEquals(await server.next(), first);
    await broker.waitFor(({ backends }) => backends[0].health === "up");
    seeSurroundings({ network: "online" });
    await server.next();
  });
});
