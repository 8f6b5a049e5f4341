import { summarizeProblems } from "../config/config_error.ts";
import type { ConfigFile } from "../config/config_file.ts";
import { parseConfig } from "../config/parse_config.ts";
import type { ConfigInput } from "../config/schema.ts";
import { type BackendInput, compare, newConfig, tokenName } from "./new_backends.ts";
import type { OldSettings } from "./old_settings.ts";

/**
 * What becomes of the settings: a new configuration; nothing, for they are `present`; an addition to one that is there;
 * or nothing, and `reason` says why and what to do. `secret`: the name under which the token will be used; `null`:
 * nothing would use it, so it stays where it is.
 */
export type SettingsPlan =
  | { kind: "create"; input: ConfigInput; secret: string | null }
  | { kind: "present"; reason: string; secret: string | null }
  | { kind: "merge"; missing: BackendInput[]; secret: string | null }
  | { kind: "left"; reason: string; secret: string | null };

export interface PlanOptions {
  configFile: string;
  /** Add to a configuration that is there. */
  merge: boolean;
  /** The old file is as an earlier migration has left it. */
  isDoneBefore: boolean;
}

/** Pure. */
export function planSettings({ text, result }: ConfigFile, settings: OldSettings, options: PlanOptions): SettingsPlan {
  const { configFile, merge, isDoneBefore } = options;
  if (!result.ok) return { kind: "left", reason: summarizeProblems(result.problems, configFile), secret: null };
  if (text === null) return planNew(settings);
  const { missing, secret } = compare(result.input, settings);
  if (missing.length === 0) return { kind: "present", reason: `${configFile} has the same connections`, secret };
  if (merge) return { kind: "merge", missing, secret: settings.cloud ? secret ?? tokenName : null };
  if (isDoneBefore) return { kind: "present", reason: "The settings were taken over before", secret };
  const names = missing.map(({ url }) => url).join(" and ");
  const reason =
    `${configFile} is there and is left as it is; it lacks ${names}, which "cloudtolocalllm migrate --merge" adds`;
  return { kind: "left", reason, secret };
}

function planNew(settings: OldSettings): SettingsPlan {
  const input = newConfig(settings);
  const checked = parseConfig(input);
  if (!checked.ok) {
    return { kind: "left", reason: summarizeProblems(checked.problems, "the old settings"), secret: null };
  }
  return { kind: "create", input, secret: settings.cloud ? tokenName : null };
}
