import type { BackendConfig } from "../config/schema.ts";
import type { Backend } from "../broker/backend.ts";
import type { BackendContext } from "./context.ts";
import { OllamaBackend } from "./ollama_backend.ts";
import { OpenAIBackend } from "./openai_backend.ts";

/** The adapter for what the user set. */
export function createBackend(config: Readonly<BackendConfig>, context: BackendContext): Backend {
  return config.kind === "openai" ? new OpenAIBackend(config, context) : new OllamaBackend(config, context);
}
