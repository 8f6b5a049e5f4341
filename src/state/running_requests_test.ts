import { assertEquals } from "@std/assert";
import type { Attempt } from "../core/types.ts";
import { RunningRequests } from "./running_requests.ts";

Deno.test("RunningRequests lists what is in flight, newest first, with the attempts so far", () => {
  const running = new RunningRequests();
  const attempts: Attempt[] = [];
  const request = { app: "zed", dialect: "openai", startedAt: 1, model: "", backend: null, phase: "waiting" } as const;
  running.begin({ ...request, id: "a", attempts });
  running.begin({ ...request, id: "b", attempts: [] });
  running.change("a", { model: "llama3.2", backend: "local" });
  attempts.push({ backend: "local", startedAt: 1, durationMs: 1, outcome: "failed", reason: "reset" });
  running.change("a", { backend: "cloud", phase: "streaming" });
  const listed = running.list();
  assertEquals(listed.map(({ id, model, backend, phase }) => [id, model, backend, phase]), [
    ["b", "", null, "waiting"],
    ["a", "llama3.2", "cloud", "streaming"],
  ]);
  attempts.pop();
  assertEquals(listed[1].attempts.length, 1);
  running.end("a");
  assertEquals(running.list().map(({ id }) => id), ["b"]);
});

Deno.test("RunningRequests tells each change, and none of what has ended", () => {
  const running = new RunningRequests();
  let told = 0;
  const unsubscribe = running.subscribe(() => told++);
  running.begin({
    id: "a",
    app: "",
    dialect: "ollama",
    startedAt: 1,
    model: "",
    backend: null,
    phase: "waiting",
    attempts: [],
  });
  running.change("a", { phase: "streaming" });
  running.end("a");
  running.end("a");
  running.change("a", { phase: "waiting" });
  assertEquals(told, 3);
  unsubscribe();
  running.begin({
    id: "b",
    app: "",
    dialect: "ollama",
    startedAt: 1,
    model: "",
    backend: null,
    phase: "waiting",
    attempts: [],
  });
  assertEquals(told, 3);
});
