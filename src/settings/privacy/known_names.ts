import type { SettingsContext } from "../context.ts";

/** More would be a list to search in, not suggestions. */
const maxNames = 40;
const monthMs = 30 * 86_400_000;

/** Names of models that are there now, by the alphabet, without those that have a line of their own already. */
export function knownModels({ status }: Pick<SettingsContext, "status">, lines: readonly string[]): string[] {
  return suggestions(status().backends.flatMap(({ models }) => models), lines);
}

/** Names of programs that asked in the last month; none where no record of use is kept. */
export async function knownApps(
  { usage, clock }: Pick<SettingsContext, "usage" | "clock">,
  lines: readonly string[],
): Promise<string[]> {
  const until = clock.now() + 1;
  const { byApp } = await usage.summary({ since: until - monthMs, until });
  return suggestions(byApp.top.map(({ name }) => name).filter((name) => name !== "unknown"), lines);
}

function suggestions(names: readonly string[], lines: readonly string[]): string[] {
  const written = new Set(lines.map((line) => line.toLowerCase()));
  const left = [...new Set(names)].filter((name) => name !== "" && !written.has(name.toLowerCase()));
  return left.sort((a, b) => a.localeCompare(b)).slice(0, maxNames);
}
