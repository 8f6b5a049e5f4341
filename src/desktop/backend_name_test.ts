import { assertEquals } from "@std/assert";
import { backendName } from "./backend_name.ts";

const ollama = { id: "local", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" } as const;

Deno.test("backendName() says what and where", () => {
  const name = (one: Partial<Parameters<typeof backendName>[0]>) => backendName({ ...ollama, ...one }, []);
  assertEquals(name({}), "Ollama on this machine");
  assertEquals(name({ url: "http://10.0.0.5:11434" }), "Ollama on 10.0.0.5:11434");
  assertEquals(name({ url: "https://ollama.com", location: "cloud" }), "Ollama Cloud");
  assertEquals(name({ kind: "openai", url: "http://localhost:8000/v1" }), "The server on localhost:8000");
  assertEquals(name({ kind: "openai", url: "https://api.openai.com/v1", location: "cloud" }), "api.openai.com");
  assertEquals(name({ kind: "cloudtolocalllm", url: "https://proxy.example", location: "cloud" }), "The cloud proxy");
});

Deno.test("backendName() tells namesakes apart by their ids", () => {
  const other = { ...ollama, id: "fast", url: "http://localhost:11500" };
  assertEquals(backendName(other, [ollama, other]), 'Ollama on this machine ("fast")');
  assertEquals(backendName(ollama, [ollama]), "Ollama on this machine");
});
