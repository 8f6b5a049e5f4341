import { plainLine } from "./plain_line.ts";

/** Menus are as wide as their longest entry. */
const longest = 60;

/**
 * What is wrong with a configuration file, short and beginning with where: `config.json, line 17: this key is there
 * twice`. `text` as the store words it (src/config/config_error.ts, formatProblems); of any other text its beginning.
 */
export function configErrorWords(text: string): string {
  const [head, problem = ""] = text.split("\n", 2);
  const file = /^Cannot use (?:.*\/)?(.+): (\d+) problems?$/.exec(head);
  if (!file || problem === "") return plainLine(text, longest);
  const [, name, count] = file;
  const others = Number(count) > 1 ? ` (and ${Number(count) - 1} more)` : "";
  const words = `${name}, ${problem.trim().replace(/^(line \d+), column \d+: /, "$1: ")}`;
  return plainLine(words, longest - others.length) + others;
}
