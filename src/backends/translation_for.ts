import { BackendFailure, RequestError } from "../core/errors.ts";
import type { BackendConfig } from "../config/schema.ts";
import type { ModelRequest, Translation } from "../protocol/types.ts";

export type Translate = (
  request: ModelRequest,
  options: { model: string; now: () => number; id: () => string; topK?: boolean },
) => Translation;

/**
 * The request in the backend's dialect. What cannot be said in it is a failure of this backend with status 400: one of
 * the client's own dialect may still answer.
 */
export function translationFor(
  translate: Translate,
  request: ModelRequest,
  model: string,
  backend: { config: Readonly<BackendConfig> },
): Translation {
  try {
    const id = () => crypto.randomUUID().replaceAll("-", "").slice(0, 24);
    return translate(request, { model, now: Date.now, id, topK: backend.config.location === "local" });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new BackendFailure(error.message, {
      backend: backend.config.id,
      phase: "connect",
      reason: "untranslatable",
      status: error.status,
      cause: error,
    });
  }
}
