import { assertEquals, assertThrows } from "@std/assert";
import { authenticationOf, iconOf, reportedOf, together, tooltipOf } from "./app_facts.ts";

Deno.test("together() counts the last word of each kind, and a sign-in of any", () => {
  const facts = [{ tooltip: "a", icon: "idle", authenticated: true } as const, { tooltip: "b" }, {}];
  assertEquals(together(facts, true), {
    clients: 3,
    authenticated: true,
    tooltip: "b",
    icon: "idle",
    reported: null,
    canLaunch: true,
  });
  assertEquals(together([{ tooltip: "a" }, { tooltip: null }], false).tooltip, null);
});

Deno.test("what an app says is bounded and checked", () => {
  assertEquals(tooltipOf({ text: "🙂".repeat(1_000) }).tooltip!.length, 2 * 299 + 1);
  assertEquals(tooltipOf({ text: "" }), { tooltip: null });
  assertEquals(authenticationOf({}), { authenticated: false });
  assertEquals(reportedOf({ status: { models: "many", connected: "yes", error: 7 } }).reported, {
    connectionType: "unknown",
    connected: false,
    version: null,
    models: 0,
    endpoint: null,
    error: null,
  });
  assertThrows(() => tooltipOf({}), Error, '"text" must be a string');
  assertThrows(() => iconOf({ state: "purple" }), Error, "idle, connected, error");
  assertThrows(() => authenticationOf({ authenticated: 1 }), Error, "true or false");
  assertThrows(() => reportedOf({ status: [] }), Error, "must be an object");
});
