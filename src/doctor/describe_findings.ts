import { catalogue } from "./catalogue.ts";

const begin = "<!-- findings -->";
const end = "<!-- /findings -->";

/** A document with the table between its markers written anew. Throws when it has no markers. */
export function withFindingsTable(document: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`Cannot write the findings: the document needs ${begin} and ${end}`);
  return `${document.slice(0, from)}${begin}\n\n${findingsTable()}\n\n${document.slice(to)}`;
}

/** Columns as wide as `deno fmt` makes them, which would else find the document changed. */
function findingsTable(): string {
  const rows = Object.entries(catalogue).map(([id, { severity, meaning, remedy }]) => [
    `\`${id}\``,
    severity,
    meaning,
    remedy,
  ]);
  const table = [["Finding", "", "What it means", "Remedy"], ...rows];
  const widths = table[0].map((_, column) => Math.max(3, ...table.map((row) => row[column].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const [header, ...body] = table.map(line);
  return [header, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}
