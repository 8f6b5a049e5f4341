import { replaceTopLevelString } from "../protocol/splice_json.ts";
import type { ModelRequest } from "../protocol/types.ts";

/** The client's body with the model's name at the backend; every other byte stays as it is. */
export function renamed(request: ModelRequest, model: string): Uint8Array<ArrayBuffer> {
  return model === request.model ? request.body : replaceTopLevelString(request.body, "model", model);
}
