/*
 * Desktop Entry Specification 1.5: the lines of the group [Desktop Entry], and the quoting of Exec. Other groups,
 * comments and keys that nobody here knows stay as they are.
 */

const header = "[Desktop Entry]";

/** A string as the value of a key ("Possible value types"). It is one line whatever is in it. */
export function escapeValue(text: string): string {
  const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r" };
  return text.replace(/[\\\n\t\r]/g, (char) => escapes[char]).replace(/^ /, "\\s");
}

/** The string that a value stands for. */
export function unescapeValue(value: string): string {
  const chars: Record<string, string> = { "\\": "\\", n: "\n", t: "\t", r: "\r", s: " " };
  return value.replace(/\\([\\ntrs])/g, (_, char) => chars[char]);
}

/**
 * Program and arguments as the value of the key Exec ("The Exec key"): what is reserved is quoted, what is special
 * inside quotes escaped, `%` doubled, and all of that escaped once more as every string is.
 *
 * Throws where the specification has no way to write it: an `=` in the program's path, an empty command.
 */
export function quoteExec([program, ...args]: readonly string[]): string {
  if (!program) throw new Error("Cannot write an empty command into a desktop entry");
  if (program.includes("=")) throw new Error(`Cannot write ${program} into a desktop entry: its path has a "=" in it`);
  return escapeValue([program, ...args].map(quoteArgument).join(" "));
}

function quoteArgument(argument: string): string {
  const text = argument.replaceAll("%", "%%");
  if (!/[\s"'\\><~|&;$*?#()`]/.test(text) && text !== "") return text;
  return `"${text.replace(/["`$\\]/g, "\\$&")}"`;
}

/** The value of a key as it is written, escapes and all; `undefined` when the entry does not have the key. */
export function entryValue(text: string, key: string): string | undefined {
  const lines = text.split("\n");
  const { from, to } = groupOf(lines);
  return lines.slice(from, to).map(keyAndValue).find((pair) => pair?.key === key)?.value;
}

/**
 * The entry with these values, written as they are. The line of a key that is there changes in its place, that of a new
 * one comes at the end of the group; no other line changes.
 *
 * Throws when there is no group [Desktop Entry].
 */
export function withEntryValues(text: string, values: Readonly<Record<string, string>>): string {
  const lines = text.split("\n");
  for (const [key, value] of Object.entries(values)) setValue(lines, key, value);
  return lines.join("\n");
}

export function isDesktopEntry(text: string): boolean {
  return groupOf(text.split("\n")).from > 0;
}

/** A whole entry of these keys, their values written as they are. */
export function renderEntry(values: Readonly<Record<string, string>>): string {
  return [header, ...Object.entries(values).map(([key, value]) => `${key}=${value}`), ""].join("\n");
}

function setValue(lines: string[], key: string, value: string): void {
  const { from, to } = groupOf(lines);
  if (from === 0) throw new Error(`there is no group ${header}`);
  const index = lines.findIndex((line, at) => at >= from && at < to && keyAndValue(line)?.key === key);
  if (index >= 0) {
    lines[index] = `${key}=${value}`;
    return;
  }
  let end = to;
  while (end > from && lines[end - 1].trim() === "") end--;
  lines.splice(end, 0, `${key}=${value}`);
}

/** Its lines without the header; `from` is 0 when there is no such group. */
function groupOf(lines: readonly string[]): { from: number; to: number } {
  const from = lines.findIndex((line) => line.trimEnd() === header) + 1;
  if (from === 0) return { from: 0, to: 0 };
  const next = lines.findIndex((line, at) => at >= from && line.startsWith("["));
  return { from, to: next < 0 ? lines.length : next };
}

function keyAndValue(line: string): { key: string; value: string } | undefined {
  const match = /^([A-Za-z0-9-]+(?:\[[^\]]*\])?)\s*=\s*(.*?)\s*$/.exec(line);
  return match ? { key: match[1], value: match[2] } : undefined;
}
