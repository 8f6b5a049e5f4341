import type { SettingsContext } from "../context.ts";
import { errorOf } from "../error_of.ts";
import { localOllamas } from "./pulls_view.tsx";

/** A model on the disk of one connection. */
export interface ModelAt {
  backend: string;
  model: string;
}

type ManageContext = Pick<SettingsContext, "ask" | "config" | "modelsChanged">;

/** Loads a model into memory; settles when it is there. Gives why not, where that is so. */
export function loadModel(context: ManageContext, at: ModelAt, signal: AbortSignal): Promise<string | undefined> {
  return manage(context, at, { path: "/api/generate", json: { stream: false }, signal });
}

/** Frees the memory of a loaded model. */
export function unloadModel(context: ManageContext, at: ModelAt, signal: AbortSignal): Promise<string | undefined> {
  return manage(context, at, { path: "/api/generate", json: { stream: false, keep_alive: 0 }, signal });
}

/** Deletes a model from the disk. */
export function deleteModel(context: ManageContext, at: ModelAt, signal: AbortSignal): Promise<string | undefined> {
  return manage(context, at, { method: "DELETE", path: "/api/delete", json: {}, signal });
}

async function manage(
  { ask, config, modelsChanged }: ManageContext,
  { backend, model }: ModelAt,
  { method = "POST", path, json, signal }: { method?: string; path: string; json: object; signal: AbortSignal },
): Promise<string | undefined> {
  if (!localOllamas(config()).some(({ id }) => id === backend)) return `“${backend}” is no Ollama of this machine now`;
  if (model === "") return "No model was named";
  const response = await ask(path, {
    method,
    headers: { "content-type": "application/json", "x-broker-backend": backend },
    body: JSON.stringify({ model, ...json }),
    signal,
  });
  if (!response.ok) return await errorOf(response);
  await response.body?.cancel();
  await modelsChanged(backend);
  return undefined;
}
