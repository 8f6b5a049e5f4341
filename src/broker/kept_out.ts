import type { ModeCause } from "../state/app_state.ts";
import { capWords } from "../state/cloud_use.ts";
import { ruleWords, type StayRule } from "./stay_rule.ts";

/** That a rule of privacy or the month's cap keeps a request from a backend which might answer it. */
export interface KeptOut {
  status: 403 | 429;
  /** OpenAI's `error.code`. */
  code: "must_stay_local" | "cloud_cap_reached";
  /** Why, as part of a sentence. */
  because: string;
  /** What changes that, as the end of a sentence. */
  advice: string;
  /** Whether one that is kept out is known to have the model. */
  hasModel: boolean;
}

/** The rule outweighs the cap: what it forbids does not end with the month. */
export function keptOutBy(
  { rule, cause, hasModel }: { rule: StayRule | undefined; cause: ModeCause | undefined; hasModel: boolean },
): KeptOut | undefined {
  if (rule) {
    const advice = "change that rule in the configuration if it may leave";
    return { status: 403, code: "must_stay_local", because: ruleWords(rule), advice, hasModel };
  }
  if (cause?.kind !== "cap") return undefined;
  const advice = "raise limits.monthlyCloudTokens in the configuration to go on before";
  return { status: 429, code: "cloud_cap_reached", because: capWords(cause), advice, hasModel };
}

/** What others that failed are told with. */
export function keptOutNote({ because }: KeptOut): string {
  return `the cloud was not asked, because ${because}`;
}
