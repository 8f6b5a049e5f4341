import { isBlank, isObject } from "./json_value.ts";
import type { ModelRequest } from "./types.ts";

/**
 * The `stream_options` that make an OpenAI server tell the token counts of a stream; `undefined` where the client asks
 * for them itself (OpenRouter's clients by `usage`), or where there is no stream of OpenAI's dialect.
 */
export function usageWanted({ dialect, stream, json }: ModelRequest): Record<string, unknown> | undefined {
  if (dialect !== "openai" || !stream || !isBlank(json.usage)) return undefined;
  const own = json.stream_options;
  // What is neither an object nor nothing is for the server to refuse.
  if (!isObject(own) && own !== undefined && own !== null) return undefined;
  if (isObject(own) && own.include_usage === true) return undefined;
  return { ...(isObject(own) ? own : {}), include_usage: true };
}
