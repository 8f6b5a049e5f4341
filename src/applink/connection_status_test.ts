import { assertEquals, assertNotEquals } from "@std/assert";
import { backend } from "../../tests/support/menu_of_report.ts";
import type { BackendStatus } from "../state/status.ts";
import { changeKey, connectionStatus } from "./connection_status.ts";

const states: [health: BackendStatus["health"], state: string][] = [
  ["up", "connected"],
  ["unknown", "connecting"],
  ["down", "error"],
  ["misconfigured", "error"],
  ["ejected", "error"],
  ["disabled", "disconnected"],
];

for (const [health, state] of states) {
  Deno.test(`connectionStatus() tells ${health} as ${state}`, () => {
    const { local_ollama } = connectionStatus({ backends: [backend({ health, reason: "Why" })] }, () => 0);
    assertEquals(local_ollama.state, state);
    assertEquals(local_ollama.error_message, health === "unknown" ? null : "Why");
    assertEquals(local_ollama.last_check, "1970-01-01T00:00:00.000Z");
  });
}

Deno.test("connectionStatus() tells the best of each side, the first of equals, and that there is none", () => {
  const backends = [
    backend({ id: "down", health: "down", version: "1" }),
    backend({ id: "a", health: "up", version: "2" }),
    backend({ id: "b", health: "up", version: "3" }),
  ];
  const status = connectionStatus({ backends }, () => undefined);
  assertEquals([status.local_ollama.version, status.local_ollama.last_check], ["2", null]);
  assertEquals(status.cloud_proxy.error_message, "No cloud is set up");
  assertEquals(backends.map(({ id }) => id), ["down", "a", "b"]);
});

Deno.test("changeKey() is the same while only time passes", () => {
  const at = (error_message: string | null, last_check: string | null = null) =>
    changeKey({ state: "error", last_check, error_message, version: null, models: [] });
  assertEquals(at("Left alone; tried again in 5 s"), at("Left alone; tried again in 4 s", "1970-01-01T00:00:00.000Z"));
  assertNotEquals(at("Not running on h:1"), at("Not running on h:2"));
  assertNotEquals(at(null), at("null"));
});
