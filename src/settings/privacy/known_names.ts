import { canonicalModel } from "../../protocol/model_names.ts";
import type { SettingsContext } from "../context.ts";

/** More would be a list to search in, not suggestions. */
const maxNames = 40;
const monthMs = 30 * 86_400_000;

/** Names of models that are there now, by the alphabet, without those that have a line of their own already. */
export function knownModels({ status }: Pick<SettingsContext, "status">, lines: readonly string[]): string[] {
  const names = status().backends.flatMap(({ models }) => models).map((name) => name.replace(/:latest$/, ""));
  return suggestions(names, { lines, sameAs: canonicalModel });
}

/** Names of programs that asked in the last month; none where no record of use is kept. */
export async function knownApps(
  { usage, clock }: Pick<SettingsContext, "usage" | "clock">,
  lines: readonly string[],
): Promise<string[]> {
  const until = clock.now() + 1;
  const { byApp } = await usage.summary({ since: until - monthMs, until });
  const names = byApp.top.map(({ name }) => name).filter((name) => name !== "unknown");
  return suggestions(names, { lines, sameAs: (name) => name.toLowerCase() });
}

/** `sameAs`: two names that it makes the same text of are one. */
function suggestions(
  names: readonly string[],
  { lines, sameAs }: { lines: readonly string[]; sameAs: (name: string) => string },
): string[] {
  const seen = new Set(lines.map(sameAs));
  const left = names.filter((name) => name !== "" && !seen.has(sameAs(name)) && seen.add(sameAs(name)));
  return left.sort((a, b) => a.localeCompare(b)).slice(0, maxNames);
}
