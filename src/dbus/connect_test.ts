import { assertEquals, assertRejects } from "@std/assert";
import { systemClock } from "../core/clock.ts";
import { isBusMissing, PrivateBus } from "../../tests/support/private_bus.ts";
import { BusClosed, BusError, type ExportedInterface, type Value } from "./types.ts";
import { variant } from "./variant.ts";

const echo: ExportedInterface = {
  name: "org.example.Echo",
  methods: {
    Echo: { in: [["value", "v"]], out: [["value", "v"]], call: ([value]) => [variant("s", `got ${value}`)] },
    Fail: {
      in: [],
      out: [],
      call: () => {
        throw new BusError("org.example.Error.No", "no");
      },
    },
  },
  properties: { Mood: { signature: "s", get: () => "good" } },
};

Deno.test({
  name: "connectBus() connects two programs that call each other",
  ignore: isBusMissing,
  async fn() {
    await using daemon = await PrivateBus.start();
    using ours = await daemon.connect();
    using theirs = await daemon.connect();
    ours.export("/org/example", echo);
    const at = { destination: ours.uniqueName, path: "/org/example", interface: "org.example.Echo" };
    const body: Value[] = [variant("s", "this")];
    assertEquals(await theirs.call({ ...at, member: "Echo", signature: "v", body }), ["got this"]);
    await assertRejects(() => theirs.call({ ...at, member: "Fail" }), BusError, "no");
    const names: (string | undefined)[] = [];
    await theirs.watchName("org.example.Name", (owner) => names.push(owner));
    assertEquals(await ours.requestName("org.example.Name"), true);
    assertEquals(await theirs.requestName("org.example.Name"), false);
    assertEquals(names, [undefined, ours.uniqueName]);
    const seen = Promise.withResolvers<unknown>();
    await theirs.watch({ sender: "org.example.Name" }, seen.resolve);
    ours.emitPropertiesChanged("/org/example", "org.example.Echo", ["Mood"]);
    assertEquals(await seen.promise, {
      sender: ours.uniqueName,
      path: "/org/example",
      interface: "org.freedesktop.DBus.Properties",
      member: "PropertiesChanged",
      body: ["org.example.Echo", { __proto__: null, Mood: "good" }, []],
    });
    await daemon.stop();
    await assertRejects(() => ours.releaseName("org.example.Name"), BusClosed);
    assertEquals(ours.closed.aborted, true);
    assertEquals(systemClock.pending, 0);
    await daemon.restart();
    using again = await daemon.connect();
    assertEquals(again.uniqueName.startsWith(":"), true);
  },
});
