import type { Config, ConfigInput } from "../../config/schema.ts";
import { defaultBackends } from "../../config/schema.ts";
import { canonicalModel } from "../../protocol/model_names.ts";

/** When a program asks for `name`, `backend` is asked for `model`. */
export interface Mapping {
  name: string;
  backend: string;
  model: string;
}

/** Every mapping of the configuration, in its order. */
export function mappingsOf(config: Pick<Config, "backends">): Mapping[] {
  return config.backends.flatMap(({ id, models }) =>
    Object.entries(models).map(([name, model]) => ({ name, backend: id, model }))
  );
}

/** The mapping that a name finds at a connection, however it is spelled: `llama3.2` is `llama3.2:latest`. */
export function mappingAt(
  config: Pick<Config, "backends">,
  at: Pick<Mapping, "name" | "backend">,
): Mapping | undefined {
  const wanted = canonicalModel(at.name);
  return mappingsOf(config).find(({ name, backend }) => backend === at.backend && canonicalModel(name) === wanted);
}

/** Puts mappings into a draft of the configuration and takes others out; all else of it stays. */
export function changeMappings(
  draft: ConfigInput,
  { remove, add }: { remove?: Mapping; add?: Mapping },
): void {
  if (remove) setModel(draft, remove, undefined);
  if (add) setModel(draft, add, add.model);
}

function setModel(draft: ConfigInput, { backend, name }: Mapping, model: string | undefined): void {
  // A file that names no connections has the two that everybody begins with.
  draft.backends ??= structuredClone(defaultBackends);
  const owner = draft.backends.find(({ id }) => id === backend);
  if (!owner) return;
  const entries = Object.entries(owner.models ?? {});
  const at = entries.findIndex(([other]) => other === name);
  if (model === undefined) entries.splice(at, at < 0 ? 0 : 1);
  else if (at < 0) entries.push([name, model]);
  else entries[at] = [name, model];
  owner.models = Object.fromEntries(entries);
  if (entries.length === 0) delete owner.models;
}
