import { assertEquals } from "@std/assert";
import type { StatusReport } from "../../state/status.ts";
import { failoverText } from "./failover_words.ts";
import { continued, countOf, latencyText } from "./tray_words.ts";

const at = (day: number, hours: number, minutes: number) => new Date(2026, 4, day, hours, minutes).getTime();

Deno.test("latencyText() is coarse", () => {
  const table: [ms: number, text: string][] = [
    [0, "1 ms"],
    [3.4, "3 ms"],
    [19.4, "19 ms"],
    [21, "20 ms"],
    [98, "100 ms"],
    [118, "120 ms"],
    [994, "990 ms"],
    [996, "1.0 s"],
    [61_000, "61.0 s"],
  ];
  for (const [ms, text] of table) assertEquals(latencyText(ms), text);
});

Deno.test("countOf() counts as people do", () => {
  assertEquals([0, 1, 2].map((count) => countOf(count, "model")), ["no models", "1 model", "2 models"]);
});

Deno.test("continued() keeps the capital of a name only", () => {
  assertEquals(continued("The server is not running"), "the server is not running");
  assertEquals(continued("Ollama is not running"), "Ollama is not running");
  assertEquals(continued("Theo is a host"), "Theo is a host");
});

Deno.test("failoverText() says what happened, whatever it is told", () => {
  const backends = [
    { id: "local", kind: "ollama", location: "local" },
    { id: "turbo", kind: "ollama", location: "cloud" },
    { id: "vllm", kind: "openai", location: "local" },
  ].map((one) => ({
    ...one,
    enabled: true,
    health: "up",
    latencyMs: 3,
    models: ["qwen3"],
  })) as StatusReport["backends"];
  const table: [from: string, reason: string, text: string][] = [
    ["local", "stalled", "15:04 local → cloud, llama3.2: Ollama stopped in the middle"],
    ["turbo", "http_429", "15:04 turbo → cloud, llama3.2: Ollama Cloud limited the number of requests"],
    ["vllm", "http_500", "15:04 vllm → cloud, llama3.2: it answered with HTTP 500"],
    ["gone", "constructor", "15:04 gone → cloud, llama3.2: it failed (constructor)"],
  ];
  for (const [from, reason, text] of table) {
    const failover = { at: new Date(at(3, 15, 4)).toISOString(), from, to: "cloud", reason, model: "llama3.2" };
    assertEquals(failoverText(failover, { backends, now: at(3, 15, 30) }), text);
  }
  const failover = { at: new Date(at(3, 15, 4)).toISOString(), from: "local", to: null, reason: "connect_refused" };
  const nobody = (model: string) => failoverText({ ...failover, model }, { backends, now: at(3, 15, 30) });
  const words = "Ollama was not running";
  assertEquals(nobody("llama3.2"), `15:04 local → nobody, llama3.2: ${words}, and no other backend has this model`);
  assertEquals(nobody("qwen3"), `15:04 local → nobody, qwen3: ${words}`);
});
