import { isCloudModelName } from "../protocol/model_names.ts";
import type { BackendState, ModelInfo } from "../state/app_state.ts";
import { modelIndex } from "./model_index.ts";

/** A model at one backend. */
export interface ModelThere {
  /** Its name there. */
  model: string;
  /** Whether the backend is known to have it. */
  has: "listed" | "mapped" | "unknown" | "absent";
}

/** The model's name at a backend, and whether it is there. A mapping of the user's outweighs the backend's list. */
export function modelAt(backend: BackendState, model: string): ModelThere {
  const index = modelIndex(backend);
  const mapped = index.mapped(model);
  if (mapped !== undefined) return { model: mapped, has: "mapped" };
  if (!backend.models) return { model: directCloudName(backend, model) ?? model, has: "unknown" };
  const listed = index.listed(model)?.name;
  // Ollama knows `llama3.2` by all its spellings, and the client's bytes stay as they are; others only by their own.
  if (listed !== undefined) return { model: backend.config.kind === "openai" ? listed : model, has: "listed" };
  const direct = directCloudName(backend, model);
  if (direct !== undefined && index.listed(direct)) return { model: direct, has: "listed" };
  return { model, has: "absent" };
}

/**
 * A local Ollama calls its cloud's models `gpt-oss:120b-cloud` or `kimi:cloud`; asked directly, Ollama Cloud calls them
 * `gpt-oss:120b` and `kimi`.
 */
function directCloudName({ config }: BackendState, model: string): string | undefined {
  if (config.location !== "cloud" || config.kind === "openai") return undefined;
  const direct = model.replace(/[:-]cloud$/, "");
  return direct === model ? undefined : direct;
}

/** Whether a request for this model, by its name there, goes on to a cloud: the backend is one, or has one do the work. */
export function leavesTheMachine(backend: BackendState, model: string): boolean {
  return backend.config.location === "cloud" || runsInTheCloud(model, modelIndex(backend).listed(model));
}

/** Whether a local backend, whatever its kind (Ollama speaks OpenAI's dialect too), passes the model on to a cloud. */
export function runsInTheCloud(model: string, info: ModelInfo | undefined): boolean {
  return isCloudModelName(model) || info?.remoteHost !== undefined || info?.remoteModel !== undefined;
}
