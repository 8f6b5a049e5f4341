import { assertEquals } from "@std/assert";
import { appName } from "./app_name.ts";

const cases: [string | null | undefined, string][] = [
  ["ollama/0.12.0 (amd64 linux) Go/go1.24.1", "ollama"],
  ["ollama-python/0.6.0 (x86_64 linux) Python/3.11.7", "ollama-python"],
  ["OpenAI/JS 7.57.0", "OpenAI/JS"],
  ["OpenAI/Python 2.1.0", "OpenAI/Python"],
  ["curl/8.5.0", "curl"],
  ["MyTool", "MyTool"],
  ["tool/v2.1", "tool"],
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Mozilla"],
  ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142 Safari/537.36", "Mozilla"],
  [
    "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) obsidian/1.5.3 Chrome/114 Electron/25 Safari/537",
    "obsidian",
  ],
  ["Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox"],
  ["a".repeat(200), "a".repeat(64)],
  ["", "unknown"],
  ["   ", "unknown"],
  ["(comment only)", "unknown"],
  ["evil\u202etxt/1.0", "unknown"],
  [null, "unknown"],
  [undefined, "unknown"],
];

Deno.test("appName() is the first product without its version", () => {
  for (const [userAgent, name] of cases) assertEquals(appName(userAgent), name, String(userAgent));
});
