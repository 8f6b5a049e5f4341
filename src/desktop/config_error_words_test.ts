import { assertEquals, assertLessOrEqual } from "@std/assert";
import { formatProblems } from "../config/config_error.ts";
import { configErrorWords } from "./config_error_words.ts";

const file = "/home/you/.config/cloudtolocalllm/config.json";

Deno.test("configErrorWords() begins with the place and is short", () => {
  const twice = { path: "line 17, column 5", reason: "this key is there twice", value: "" };
  const port = { path: "listen.port", reason: "must be 1-65535", value: "0" };
  const whole = { path: "", reason: "may not be read (permission denied)", value: "" };
  const long = { path: "route.mode", reason: "must be one of ".repeat(9), value: "" };
  const table: [Parameters<typeof formatProblems>[0], string][] = [
    [[twice], "config.json, line 17: this key is there twice"],
    [[port, twice], "config.json, listen.port: must be 1-65535 (fou… (and 1 more)"],
    [[whole], "config.json, may not be read (permission denied)"],
  ];
  for (const [problems, words] of table) assertEquals(configErrorWords(formatProblems(problems, file)), words);
  for (const problems of [[long], [long, twice]]) {
    assertLessOrEqual([...configErrorWords(formatProblems(problems, file))].length, 60);
  }
  assertEquals(configErrorWords("something\nelse"), "something else");
});
