import { assertEquals } from "@std/assert";
import { dbusmockTest, MockService } from "../../../tests/support/dbusmock.ts";
import { networkManager } from "../../../tests/support/fake_service.ts";
import { PrivateBus } from "../../../tests/support/private_bus.ts";
import { watchedSurroundings } from "../../../tests/support/watched_surroundings.ts";
import { variant } from "../../dbus/variant.ts";
import { createNetworkWatch, networkOf } from "./network_watch.ts";

Deno.test("networkOf() goes by connectivity, and by the state only where that is not checked", () => {
  const table: [connectivity: unknown, state: unknown, network: string][] = [
    [4, 70, "online"],
    [4, 20, "online"],
    [1, 20, "offline"],
    [1, 40, "offline"],
    [2, 60, "portal"],
    [3, 70, "unknown"],
    [0, 10, "offline"],
    [0, 20, "offline"],
    [0, 30, "unknown"],
    [0, 40, "unknown"],
    [0, 50, "unknown"],
    [0, 60, "online"],
    [0, 70, "online"],
    [undefined, 70, "online"],
    [undefined, undefined, "unknown"],
    ["constructor", "toString", "unknown"],
    [99, 99, "unknown"],
  ];
  for (const [connectivity, state, network] of table) {
    const properties = { Connectivity: connectivity as number, State: state as number };
    assertEquals(networkOf(properties), { network, isMetered: false } as unknown, `${connectivity} ${state}`);
  }
});

Deno.test("networkOf() takes yes and guess-yes for metered", () => {
  assertEquals([0, 1, 2, 3, 4, "1", true].map((Metered) => networkOf({ Metered }).isMetered), [
    false,
    true,
    false,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("networkOf() is harmless without a NetworkManager", () => {
  assertEquals(networkOf(undefined), { network: "unknown", isMetered: false });
});

dbusmockTest("the network watch follows NetworkManager as python-dbusmock plays it", async () => {
  await using bus = await PrivateBus.start();
  await watchedSurroundings(bus, createNetworkWatch, async (until) => {
    await using mock = await MockService.start(bus, { ...networkManager, template: "networkmanager" });
    await until({ network: "online", isMetered: false });
    await mock.call("SetConnectivity", "u", [1]);
    await until({ network: "offline" });
    await mock.call("SetConnectivity", "u", [2]);
    await until({ network: "portal" });
    await mock.call("SetConnectivity", "u", [0]);
    await until({ network: "online" });
    await mock.call("SetGlobalConnectionState", "u", [20]);
    await until({ network: "offline" });
    await mock.call("AddProperty", "ssv", [networkManager.interface, "Metered", variant("u", 4)]);
    const metered = [["Metered", variant("u", 1)]] as const;
    await mock.call("UpdateProperties", "sa{sv}", [networkManager.interface, metered]);
    await until({ isMetered: true });
    await mock[Symbol.asyncDispose]();
    await until({ network: "unknown", isMetered: false });
  });
});
