import { ConfigConflict, ConfigError, type ConfigProblem } from "../../config/config_error.ts";
import type { Config } from "../../config/schema.ts";
import type { SettingsContext } from "../context.ts";
import type { FormState } from "../form/save_form.ts";
import { changeMappings, type Mapping, mappingAt } from "./mapping.ts";

type ConfigFileOf = Pick<SettingsContext, "configFile">;

export type MappingResult = { saved: true } | { saved: false; status: 409 | 422; state: FormState };

/** What the form was drawn with: the mapping that it changes; nothing where it adds one. */
export type WasMapping = Mapping | null;

/** Names that no object of JSON can be trusted to keep. */
const unfit = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Saves one mapping: adds it, or puts it in the place of `was`. What was changed meanwhile at the same name of the same
 * connection is told and never overwritten; every other mapping stays as it is.
 */
export async function saveMapping(
  { configFile }: ConfigFileOf,
  sent: Mapping,
  was: WasMapping,
): Promise<MappingResult> {
  for (;;) {
    try {
      const { version, config } = await configFile.snapshot();
      const refusal = refusalOf(config, sent, was);
      if (refusal) return { saved: false, ...refusal };
      const replaced = was ?? mappingAt(config, sent);
      await configFile.modify((draft) => changeMappings(draft, { remove: removed(replaced, sent), add: sent }), {
        ifVersion: version,
      });
      return { saved: true };
    } catch (error) {
      // Changed in this very moment: seen as it is now it may be no conflict at all.
      if (error instanceof ConfigConflict) continue;
      if (!(error instanceof ConfigError)) throw error;
      return { saved: false, status: 422, state: refusedState(sent, was, placed(error)) };
    }
  }
}

/** Takes one mapping out, unless it says something else by now. */
export async function removeMapping({ configFile }: ConfigFileOf, mapping: Mapping): Promise<MappingResult> {
  for (;;) {
    try {
      const { version, config } = await configFile.snapshot();
      const now = mappingAt(config, mapping);
      if (!now) return { saved: true };
      if (now.model !== mapping.model) {
        return conflict(mapping, now, { notices: [`Nothing was removed: ${saysNow(now)} now`] });
      }
      await configFile.modify((draft) => changeMappings(draft, { remove: now }), { ifVersion: version });
      return { saved: true };
    } catch (error) {
      if (error instanceof ConfigConflict) continue;
      if (!(error instanceof ConfigError)) throw error;
      return { saved: false, status: 422, state: refusedState(mapping, mapping, { notices: [error.message] }) };
    }
  }
}

function removed(replaced: Mapping | undefined, sent: Mapping): Mapping | undefined {
  // In its own place, so that the order of the file stays.
  return replaced && (replaced.backend !== sent.backend || replaced.name !== sent.name) ? replaced : undefined;
}

type Refusal = Omit<Extract<MappingResult, { saved: false }>, "saved">;

function refusalOf(config: Config, sent: Mapping, was: WasMapping): Refusal | undefined {
  const problems = wrongIn(config, sent);
  if (Object.keys(problems).length > 0) return { status: 422, state: refusedState(sent, was, { problems }) };
  const old = was && mappingAt(config, was);
  if (was && old?.model !== was.model && !(old && isSame(old, sent))) {
    const what = old ? `${saysNow(old)} now` : "this entry was removed";
    const notices = [`Nothing was saved, for it was changed meanwhile: ${what}. Save again to have yours`];
    return conflict(sent, old ?? null, { notices });
  }
  const there = mappingAt(config, sent);
  const isOwn = was !== null && there?.name === old?.name && there?.backend === old?.backend;
  if (!there || isOwn || there.model === sent.model) return undefined;
  const next = was === null ? "save again to replace that" : "change that entry, or choose another name";
  return conflict(sent, was ?? there, { problems: { name: `is taken: ${saysNow(there)}; ${next}` } });
}

function isSame(a: Mapping, b: Mapping): boolean {
  return a.name === b.name && a.backend === b.backend && a.model === b.model;
}

function saysNow({ name, backend, model }: Mapping): string {
  return `for “${name}” ${backend} is asked for “${model}”`;
}

function wrongIn({ backends }: Config, { name, backend }: Mapping): Record<string, string> {
  if (backend === "") return { backend: "must be chosen" };
  if (!backends.some(({ id }) => id === backend)) return { backend: "was removed meanwhile; choose another" };
  return unfit.has(name) ? { name: "cannot be a name of this kind; choose another" } : {};
}

function conflict(sent: Mapping, now: WasMapping, told: Partial<FormState>): Extract<MappingResult, { saved: false }> {
  return { saved: false, status: 409, state: refusedState(sent, now, told) };
}

function refusedState(sent: Mapping, was: WasMapping, { problems = {}, notices = [] }: Partial<FormState>): FormState {
  return { values: { ...sent }, was: { ...was }, problems, notices };
}

/** Problems of the schema beside their fields: an empty key is the name's, an empty value the model's. */
function placed({ where, message, problems }: ConfigError): Partial<FormState> {
  if (where === "file") return { notices: [message] };
  const beside: Record<string, string> = {};
  const notices: string[] = [];
  for (const { path, reason } of problems) {
    const field = fieldOf(path);
    if (field) beside[field] ??= reason;
    else notices.push(`${path ? `${path} ` : ""}${reason}`);
  }
  return { problems: beside, notices };
}

function fieldOf(path: ConfigProblem["path"]): "name" | "model" | undefined {
  const [, key] = path.match(/^backends\[\d+\]\.models(.*)$/s) ?? [];
  if (key === undefined) return undefined;
  return /^(\.|\[""\])?$/.test(key) ? "name" : "model";
}
