import { assertEquals } from "@std/assert";
import { backendConfig, cloudInput } from "../../tests/support/states.ts";
import { needsNetwork, networkLoss } from "./network_loss.ts";

Deno.test("networkLoss() is one only where the desktop says so", () => {
  assertEquals((["unknown", "online", "offline", "portal"] as const).map(networkLoss), [
    undefined,
    undefined,
    "offline",
    "portal",
  ]);
});

Deno.test("needsNetwork() means clouds beyond this machine", () => {
  assertEquals(needsNetwork(backendConfig(cloudInput)), true);
  assertEquals(needsNetwork(backendConfig({ ...cloudInput, url: "http://127.0.0.1:4000/v1" })), false);
  assertEquals(needsNetwork(backendConfig({ ...cloudInput, url: "http://localhost:4000/v1" })), false);
  assertEquals(needsNetwork(backendConfig({ url: "http://192.168.1.7:11434" })), false);
});
