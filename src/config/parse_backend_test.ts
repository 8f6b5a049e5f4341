import { assertEquals } from "@std/assert";
import { parseBackend } from "./parse_backend.ts";

const good = { id: "new", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" };

Deno.test("parseBackend() fills in what is not said", () => {
  const parsed = parseBackend(good);
  assertEquals(parsed.ok && [parsed.config.id, parsed.config.enabled, parsed.config.priority], ["new", true, 1]);
});

Deno.test("parseBackend() tells each problem by its place within the backend", () => {
  const paths = (input: unknown) => {
    const parsed = parseBackend(input);
    return parsed.ok ? [] : parsed.problems.map(({ path }) => path).toSorted();
  };
  assertEquals(paths({ ...good, url: "x", timeouts: { probeMs: 0 }, nme: 1 }), ["nme", "timeouts.probeMs", "url"]);
  assertEquals([paths(null), paths("x"), paths([]).includes("")], [[""], [""], true]);
});
