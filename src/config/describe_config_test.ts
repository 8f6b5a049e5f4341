import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { formatProblems } from "./config_error.ts";
import { describeConfig, withOptionTables } from "./describe_config.ts";
import { parseConfig, parseConfigText } from "./parse_config.ts";

const document = await Deno.readTextFile(new URL("../../docs/CONFIGURATION.md", import.meta.url));

Deno.test("docs/CONFIGURATION.md has the current option tables", () => {
  assertEquals(document, withOptionTables(document), "write it with: deno task docs");
});

Deno.test("docs/CONFIGURATION.md has only examples that are valid", () => {
  const examples = [...document.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text);
  assert(examples.length >= 7, `only ${examples.length} examples`);
  for (const example of examples) assert(parseConfigText(example).ok, example);
});

Deno.test("docs/CONFIGURATION.md shows problems as they are printed", () => {
  const backend = { id: "cloud", kind: "ollama", url: "https://ollama.com", location: "cloud", token: "x" };
  const input = { version: 1, listen: { prot: 8080 }, route: { mode: "localfirst" }, backends: [backend] };
  const result = parseConfig(input);
  assert(!result.ok);
  assertStringIncludes(document, formatProblems(result.problems, "/home/you/.config/cloudtolocalllm/config.json"));
});

Deno.test("describeConfig() gives each option a type, a description and its default", () => {
  const options = describeConfig().flatMap((group) => group.options);
  for (const { key, type, description } of options) assert(type && description, key);
  assertEquals(options.find(({ key }) => key === "listen.port"), {
    key: "listen.port",
    type: "whole number from 0 to 65535",
    default: "11435",
    description: "Port to listen on. 0: a free one.",
  });
  assertEquals(options.find(({ key }) => key === "backends[].timeouts.firstByteMs")?.default, "null");
  assertEquals(options.find(({ key }) => key === "backends[].url")?.default, "");
});

Deno.test("withOptionTables() replaces what is between the markers and nothing else", () => {
  const text = "before\n<!-- options -->\nstale\n<!-- /options -->\nafter\n";
  const written = withOptionTables(text);
  assertNotEquals(written, text);
  assert(written.startsWith("before\n<!-- options -->\n") && written.endsWith("<!-- /options -->\nafter\n"));
  assert(!written.includes("stale"));
  assertThrows(() => withOptionTables("no markers"), Error, "needs <!-- options -->");
});
