import { assertEquals } from "@std/assert";
import { parseConfig } from "../config/parse_config.ts";
import { freeId, presetOf, presets } from "./presets.ts";

Deno.test("each preset is a connection that the configuration takes", () => {
  for (const { id, kind, url, location } of presets) {
    const result = parseConfig({ version: 1, backends: [{ id, kind, url, location }] });
    assertEquals(result.ok, true, id);
  }
});

Deno.test("presetOf() is another server where there is no such preset", () => {
  assertEquals(presetOf("groq").name, "Groq");
  for (const id of [undefined, "", "constructor", "nobody"]) assertEquals(presetOf(id).id, "other");
});

Deno.test("freeId() numbers what is taken", () => {
  assertEquals(freeId("ollama", []), "ollama");
  assertEquals(freeId("ollama", ["ollama"]), "ollama-2");
  assertEquals(freeId("ollama", ["ollama", "ollama-2", "ollama-3"]), "ollama-4");
});
