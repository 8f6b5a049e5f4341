import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { backendConfig } from "../../tests/support/states.ts";
import { StubBackend } from "../../tests/support/stub_backend.ts";
import { BackendSet } from "./backend_set.ts";

function scene() {
  const closed: string[] = [];
  const renewed: string[] = [];
  const set = new BackendSet((config) => {
    const backend = new StubBackend(config);
    return Object.assign(backend, {
      close: () => closed.push(`${config.id} ${config.url}`),
      renewConnections: () => renewed.push(config.id),
    });
  });
  return { set, closed, renewed };
}

Deno.test("configure() keeps a backend whose settings are the same, and makes the others anew", () => {
  const { set, closed } = scene();
  const a = backendConfig({ id: "a" });
  set.configure([a, backendConfig({ id: "b" }), backendConfig({ id: "c" })]);
  const [oldA, oldB] = [set.get("a"), set.get("b")];
  set.configure([structuredClone(a), backendConfig({ id: "b", url: "http://b.invalid:1" })]);
  assertStrictEquals(set.get("a"), oldA);
  assertNotEquals(set.get("b"), oldB);
  assertEquals([set.get("b")?.config.url, set.get("c")], ["http://b.invalid:1", undefined]);
  assertEquals(closed, ["b http://b.invalid:11434", "c http://c.invalid:11434"]);
});

Deno.test("close() closes all", () => {
  const { set, closed } = scene();
  set.configure([backendConfig({ id: "a" }), backendConfig({ id: "b" })]);
  set.close();
  assertEquals([closed.length, set.get("a")], [2, undefined]);
});

Deno.test("renewConnections() reaches the backends that are configured now", () => {
  const { set, renewed } = scene();
  set.configure([backendConfig({ id: "a" }), backendConfig({ id: "b" })]);
  set.configure([backendConfig({ id: "b" }), backendConfig({ id: "c" })]);
  set.renewConnections();
  assertEquals(renewed, ["b", "c"]);
});
