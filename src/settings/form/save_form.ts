import { ConfigConflict, ConfigError, type ConfigProblem } from "../../config/config_error.ts";
import { parseConfig } from "../../config/parse_config.ts";
import type { Config, ConfigInput } from "../../config/schema.ts";
import type { SettingsContext } from "../context.ts";
import { type Field, isSame, nameOf, putValues, sentValues, type Values, valuesOf } from "./field.ts";

/** The object of the configuration that a form is about: the whole of it, or one backend. */
export interface FormTarget {
  /** It, with every default; `undefined` when it is not there any more. */
  find(config: Config): object | undefined;
  /** It, in what the file says, to be changed. */
  open(draft: ConfigInput): object;
  /** What stands before its options in the path of a problem: `backends[1].`. */
  prefix(config: Config): string;
}

/** The whole configuration. */
export const wholeConfig: FormTarget = { find: (config) => config, open: (draft) => draft, prefix: () => "" };

/** What a form shows: its values, what they were when it was drawn, and what is wrong with them. */
export interface FormState {
  values: Values;
  /** What the configuration said; goes with the form, so that a change made meanwhile is noticed. */
  was: Values;
  /** By the name of the field. */
  problems: Record<string, string>;
  /** What belongs to no field. */
  notices: string[];
}

export type SaveResult = { saved: true } | { saved: false; status: 409 | 422; state: FormState };

export interface SaveOptions {
  fields: readonly Field[];
  target: FormTarget;
  /** Called when all is well, before the configuration is written; gives problems by the name of a field. */
  beforeSave?: (changed: Values) => Promise<Record<string, string>>;
}

/** A form that shows the configuration as it is. */
export function freshForm(fields: readonly Field[], source: object): FormState {
  const values = valuesOf(fields, source);
  return { values, was: values, problems: {}, notices: [] };
}

/**
 * Saves what the user changed in a form, and only that: what another window or an editor changed meanwhile in other
 * fields stays. Where it was the same field nothing is saved; the form comes back with what the user wrote, and says
 * what is there now. What is wrong is said beside its field, in the words of the configuration's own schema.
 */
export async function saveForm(
  { configFile }: Pick<SettingsContext, "configFile">,
  form: FormData,
  { fields, target, beforeSave = () => Promise.resolve({}) }: SaveOptions,
): Promise<SaveResult> {
  const sent = sentValues(fields, form);
  const was = sentWas(form);
  for (;;) {
    try {
      const { version, config, written } = await configFile.snapshot();
      const source = target.find(config);
      if (!source) {
        return refused(409, sent, was, {
          notices: ["This connection was removed meanwhile, in another window or by hand"],
        });
      }
      const now = valuesOf(fields, source);
      const changed = changedByUser(fields, { sent, was });
      const conflicts = changed.filter((name) => !isSame(now[name], was[name]) && !isSame(now[name], sent[name]));
      if (conflicts.length > 0) return conflict(sent, now, conflicts);
      const values = Object.fromEntries(changed.map((name) => [name, sent[name]]));
      const change = (draft: ConfigInput) => putValues(fields, values, target.open(draft));
      check(written, change);
      const problems = await beforeSave(values);
      if (Object.keys(problems).length > 0) return refused(422, sent, was, { problems });
      await configFile.modify(change, { ifVersion: version });
      return { saved: true };
    } catch (error) {
      // Changed in this very moment: seen as it is now it may be no conflict at all.
      if (error instanceof ConfigConflict) continue;
      if (!(error instanceof ConfigError)) throw error;
      if (error.where === "file") return refused(422, sent, was, { notices: [error.message] });
      return refused(422, sent, was, await placed(error.problems, { fields, target, configFile }));
    }
  }
}

/** Throws a `ConfigError` when the changed configuration is not good; nothing is written yet. */
function check(written: ConfigInput, change: (draft: ConfigInput) => void): void {
  const draft = structuredClone(written);
  change(draft);
  const result = parseConfig(draft);
  if (!result.ok) throw new ConfigError("The changed configuration is not good", result.problems);
}

function changedByUser(fields: readonly Field[], { sent, was }: { sent: Values; was: Values }): string[] {
  return fields.map(nameOf).filter((name) => !isSame(sent[name], was[name]));
}

/** What the form was drawn with; a form that lost it counts as one whose every field was changed. */
function sentWas(form: FormData): Values {
  try {
    const was = JSON.parse(String(form.get("was")));
    return typeof was === "object" && was !== null ? was : {};
  } catch {
    return {};
  }
}

function conflict(sent: Values, now: Values, names: readonly string[]): SaveResult {
  const problems = Object.fromEntries(
    names.map((name) => [name, `was changed meanwhile to ${shown(now[name])}; save again to have yours`]),
  );
  const notice = "Nothing was saved, for the configuration was changed meanwhile, in another window or by hand";
  return { saved: false, status: 409, state: { values: sent, was: now, problems, notices: [notice] } };
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (value === true) return "on";
  if (value === false) return "off";
  return Array.isArray(value) ? value.join(", ") || "nothing" : `“${String(value)}”`;
}

function refused(
  status: 409 | 422,
  values: Values,
  was: Values,
  { problems = {}, notices = [] }: Partial<FormState>,
): SaveResult {
  return { saved: false, status, state: { values, was, problems, notices } };
}

/** Each problem beside its field; those of no field of this form above it. */
async function placed(
  problems: readonly ConfigProblem[],
  { fields, target, configFile }:
    & { fields: readonly Field[]; target: FormTarget }
    & Pick<SettingsContext, "configFile">,
): Promise<Partial<FormState>> {
  const prefix = target.prefix((await configFile.snapshot()).config);
  const names = new Set(fields.map(nameOf));
  const beside: Record<string, string> = {};
  const notices: string[] = [];
  for (const { path, reason } of problems) {
    const name = path.startsWith(prefix) ? path.slice(prefix.length).replace(/\[.*$/, "") : undefined;
    if (name !== undefined && names.has(name)) beside[name] ??= reason;
    else notices.push(`${path ? `${path} ` : ""}${reason}`);
  }
  return { problems: beside, notices };
}
