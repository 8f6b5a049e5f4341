import { assertEquals, assertStringIncludes } from "@std/assert";
import { nextProgress, noProgress, pulledBytes, pullErrorWords } from "./pull_progress.ts";

const after = (...lines: string[]) => lines.reduce(nextProgress, noProgress);

Deno.test("nextProgress() adds up the parts of a model", () => {
  const progress = after(
    `{"status":"pulling manifest"}`,
    `{"status":"pulling aaa","digest":"sha256:aaa","total":100}`,
    `{"status":"pulling aaa","digest":"sha256:aaa","total":100,"completed":40}`,
    `{"status":"pulling bbb","digest":"sha256:bbb","total":50,"completed":50}`,
  );
  assertEquals(pulledBytes(progress), { completed: 90, total: 150 });
  assertEquals([progress.step, progress.end], ["pulling bbb", undefined]);
  assertEquals(nextProgress(progress, `{"status":"success"}`).end, { ok: true });
});

Deno.test("nextProgress() ends with the error of a line, whatever shape that has", () => {
  assertEquals(after(`{"error":"no such"}`).end, { ok: false, error: "no such" });
  assertEquals(after(`{"error":{"message":"deep"}}`).end, { ok: false, error: "deep" });
});

Deno.test("nextProgress() takes nothing amiss that is no progress", () => {
  const lines = [
    "",
    "no json",
    "null",
    "[1]",
    `{"status":5}`,
    `{"digest":"x","total":"many"}`,
    `{"total":-1,"digest":"x"}`,
  ];
  assertEquals(after(...lines), noProgress);
  assertEquals(pulledBytes(after(`{"digest":"x","total":10,"completed":99}`)), { completed: 10, total: 10 });
  assertEquals(pulledBytes(noProgress), undefined);
});

Deno.test("nextProgress() does not follow a server that names parts without end", () => {
  const lines = Array.from({ length: 1_500 }, (_, i) => `{"digest":"${i}","total":1}`);
  assertEquals(after(...lines).parts.size, 1_000);
});

Deno.test("pullErrorWords() says what to do, and keeps the words of Ollama", () => {
  const table: [error: string, words: string][] = [
    ["pull model manifest: file does not exist", "There is no model called “m” to pull"],
    ["write /var/lib/ollama: no space left on device", "The disk of local is full"],
    ["dial tcp: lookup registry.ollama.ai: no such host", "local cannot reach the place it pulls from"],
    ["pull model manifest: 412: requires a newer version of Ollama", "Update Ollama first"],
    ["something else", "something else"],
  ];
  for (const [error, words] of table) {
    const told = pullErrorWords(error, { model: "m", backend: "local" });
    assertStringIncludes(told, words);
    assertStringIncludes(told, error);
  }
});
