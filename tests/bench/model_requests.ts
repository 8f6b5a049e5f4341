import { requestBytes } from "./http_connection.ts";
import { fixtureModel } from "./fixture_server.ts";

const messages = [{ role: "user", content: "Why is the sky blue?" }];

/** A small chat in Ollama's dialect, answered whole. */
export const wholeChat = requestBytes("/api/chat", { model: fixtureModel, messages, stream: false });

/** A streamed chat in Ollama's dialect, as the backend speaks it: its bytes pass through. */
export function ollamaStream(tokens: number, headers: Record<string, string> = {}): Uint8Array {
  const body = { model: fixtureModel, messages, stream: true, options: { num_predict: tokens } };
  return requestBytes("/api/chat", body, headers);
}

/** The same in OpenAI's dialect: each token is translated. */
export function openaiStream(tokens: number): Uint8Array {
  return requestBytes("/v1/chat/completions", { model: fixtureModel, messages, stream: true, max_tokens: tokens });
}
