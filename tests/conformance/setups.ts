import { assert } from "@std/assert";
import type { ServerDialect } from "../support/model_server.ts";
import { Scene } from "./scene.ts";

/** The backends that a client's suite runs against; with two, the first fails every model request. */
export interface Setup {
  name: string;
  dialects: readonly ServerDialect[];
}

export const setups: readonly Setup[] = [
  { name: "an Ollama backend", dialects: ["ollama"] },
  { name: "an OpenAI backend", dialects: ["openai"] },
  { name: "a cloudtolocalllm backend", dialects: ["cloudtolocalllm"] },
  { name: "Ollama failing over to OpenAI", dialects: ["ollama", "openai"] },
  { name: "OpenAI failing over to Ollama", dialects: ["openai", "ollama"] },
];

/** What a client must be able to do with the broker, whatever is behind it; registered as a test for each setup. */
export function criterion(client: "ollama" | "openai", what: string, run: (scene: Scene) => Promise<void>): void {
  for (const setup of setups) {
    Deno.test(`${client} client with ${setup.name}: ${what}`, async () => {
      await using scene = await Scene.open(setup);
      await run(scene);
      if (scene.failing && scene.answering.modelRequests.length > 0) {
        assert(scene.failing.modelRequests.length > 0, "The first backend was not tried, so there was no failover");
      }
    });
  }
}
