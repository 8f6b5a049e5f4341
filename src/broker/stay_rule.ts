import { matchesPattern } from "../core/matches_pattern.ts";
import { canonicalModel, plainModel } from "../protocol/model_names.ts";
import type { BackendState, PrivacyRules } from "../state/app_state.ts";
import { modelAt } from "./model_at.ts";
import { modelIndex } from "./model_index.ts";

/** Why a request must not leave this machine. */
export interface StayRule {
  option: "localModels" | "localApps";
  /** What the client asked for, or calls itself. */
  name: string;
  /** The user's pattern that it fits. */
  pattern: string;
}

/** Whose request it is, as far as rules go by it. */
export interface RuledBy {
  /** The model's name as the client wrote it. */
  model: string;
  /** What the program calls itself (src/http/app_name.ts); `undefined`: no program's request. */
  app?: string;
}

/**
 * The rule by which the request must not leave this machine; `undefined`: it may. A model is known by the client's name
 * in every spelling and by its name at each backend, in use or not: whatever a name is mapped to is meant by it.
 */
export function stayRule(
  { model, app }: RuledBy,
  backends: readonly BackendState[],
  rules: PrivacyRules,
): StayRule | undefined {
  return appRule(app, rules) ?? modelRule([model], backends, rules);
}

/** The same by a program's name alone. */
export function appRule(app: string | undefined, { localApps }: PrivacyRules): StayRule | undefined {
  if (app === undefined) return undefined;
  const pattern = localApps.find((pattern) => matchesPattern(pattern.trim().toLowerCase(), app.toLowerCase()));
  return pattern === undefined ? undefined : { option: "localApps", name: app, pattern };
}

/** The same by names of models alone. */
export function modelRule(
  models: readonly string[],
  backends: readonly BackendState[],
  { localModels }: PrivacyRules,
): StayRule | undefined {
  if (localModels.length === 0) return undefined;
  for (const name of models) {
    const spellings = new Set(namesOf(name, backends).flatMap(spellingsOf));
    const pattern = localModels.find((pattern) => fits(pattern, spellings));
    if (pattern !== undefined) return { option: "localModels", name, pattern };
  }
  return undefined;
}

/** Why, as part of a sentence. */
export function ruleWords({ option, name, pattern }: StayRule): string {
  const whose = option === "localApps" ? `requests of "${name}"` : `requests for model "${name}"`;
  return `${whose} must stay on this machine (privacy.${option}: "${pattern}")`;
}

/** All that the name may stand for: as it is, without the mark of Ollama's cloud, and what backends know it as. */
function namesOf(model: string, backends: readonly BackendState[]): string[] {
  const there = backends.flatMap((backend) => {
    const name = modelAt(backend, model).model;
    const info = modelIndex(backend).listed(name);
    return [name, info?.name, info?.remoteModel].filter((one) => one !== undefined);
  });
  return [model, model.replace(/[:-]cloud$/i, ""), ...there];
}

function spellingsOf(name: string): string[] {
  return [canonicalModel(name), canonicalModel(plainModel(name))];
}

function fits(pattern: string, spellings: ReadonlySet<string>): boolean {
  const wanted = canonicalModel(pattern);
  if (!pattern.includes("*")) return spellings.has(wanted);
  // `*coder` means `qwen-coder`, which is `qwen-coder:latest`; the tag that it does not have is not asked for.
  const hasTag = pattern.trim().toLowerCase().endsWith(wanted.slice(wanted.lastIndexOf(":")));
  const bare = hasTag ? wanted : wanted.replace(/:latest$/, "");
  return [...spellings].some((name) =>
    matchesPattern(bare, name) || matchesPattern(bare, name.replace(/:latest$/, ""))
  );
}
