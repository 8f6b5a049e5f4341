import type { BackendKind } from "../core/types.ts";
import type { FoundServer } from "../state/found_server.ts";

/** Where a model server may be. */
export interface Place {
  name: string;
  kind: BackendKind;
  url: string;
  /** What lists the models, below `url`. */
  list: string;
}

/** Where model servers listen unless they are told otherwise. */
const places: readonly Place[] = [
  { name: "Ollama", kind: "ollama", url: "http://127.0.0.1:11434", list: "/api/tags" },
  { name: "LM Studio", kind: "openai", url: "http://127.0.0.1:1234/v1", list: "/models" },
  { name: "llama.cpp", kind: "openai", url: "http://127.0.0.1:8080/v1", list: "/models" },
  { name: "vLLM", kind: "openai", url: "http://127.0.0.1:8000/v1", list: "/models" },
];

/** Patience with what accepts a connection and says nothing, in ms. */
const withinMs = 800;
/** More is no list of models. */
const maxBytes = 4_194_304;

/**
 * Asks the usual addresses of this machine, all at once, which model servers are there. What answers but speaks something
 * else is none. Never rejects. `at`: other places, for tests.
 */
export async function findServers({ at = places }: { at?: readonly Place[] } = {}): Promise<FoundServer[]> {
  return (await Promise.all(at.map(ask))).filter((found) => found !== undefined);
}

async function ask({ name, kind, url, list }: Place): Promise<FoundServer | undefined> {
  try {
    const signal = AbortSignal.timeout(withinMs);
    const response = await fetch(url + list, { signal, redirect: "manual" });
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    if (response.status === 401 && isJson) {
      await response.body?.cancel();
      return { name, kind, url, models: null };
    }
    const text = await textOf(response);
    if (!response.ok || text === undefined) return undefined;
    const models = modelsOf(JSON.parse(text));
    return models === undefined ? undefined : { name, kind, url, models };
  } catch {
    return undefined;
  }
}

/** The whole body; `undefined` when it is larger than a list of models is. Whoever listens there is not trusted. */
async function textOf({ body }: Response): Promise<string | undefined> {
  let [text, size] = ["", 0];
  const decoder = new TextDecoder();
  // Leaving the loop ends the request.
  for await (const bytes of body ?? []) {
    size += bytes.length;
    if (size > maxBytes) return undefined;
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}

/** Ollama lists `models`, OpenAI's dialect `data`. */
function modelsOf(json: unknown): number | undefined {
  const { models, data } = (json ?? {}) as { models?: unknown; data?: unknown };
  const list = Array.isArray(models) ? models : data;
  return Array.isArray(list) ? list.length : undefined;
}
