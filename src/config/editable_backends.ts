import * as v from "valibot";
import { type ConfigInput, ConfigSchema } from "./schema.ts";

/** A backend as a person may write it. */
export type BackendInput = NonNullable<ConfigInput["backends"]>[number];

/**
 * The backends of a draft in `ConfigStore.modify()`, to be edited in place. A file without any runs the default ones,
 * so these are put into the draft: to change one of them, all have to be written.
 */
export function editableBackends(draft: ConfigInput): BackendInput[] {
  draft.backends ??= v.getDefault(ConfigSchema.entries.backends).map((backend) => ({ ...backend }));
  return draft.backends;
}
