import { ConfigSchema } from "./schema.ts";
import { descriptionOf, expectation, type SchemaNode, unwrap } from "./schema_tree.ts";

const begin = "<!-- options -->";
const end = "<!-- /options -->";

/** One option as documentation shows it. `default` is JSON, or empty for what has to be written. */
export interface OptionDescription {
  key: string;
  type: string;
  default: string;
  description: string;
}

export interface OptionGroup {
  /** The object they are in: `listen`, `backends[]`; empty for the file itself. */
  key: string;
  description: string;
  options: OptionDescription[];
}

/** Every option in the order of the schema, by the object it is in. */
export function describeConfig(): OptionGroup[] {
  return groupsOf(ConfigSchema, "", "The file itself.");
}

/** A document with the tables between its markers written anew. Throws when it has no markers. */
export function withOptionTables(document: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`Cannot write the option tables: the document needs ${begin} and ${end}`);
  return `${document.slice(0, from)}${begin}\n\n${optionTables()}\n${document.slice(to)}`;
}

function groupsOf(schema: SchemaNode, key: string, description: string): OptionGroup[] {
  const options: OptionDescription[] = [];
  const nested: OptionGroup[] = [];
  for (const [name, child] of Object.entries(unwrap(schema).entries ?? {})) {
    const place = key ? `${key}.${name}` : name;
    const inner = unwrap(child);
    const group = inner.item?.entries ? inner.item : inner;
    if (group.entries) nested.push(...groupsOf(group, inner.item ? `${place}[]` : place, descriptionOf(child)));
    else options.push(describe(place, child));
  }
  return [{ key, description, options }, ...nested];
}

function describe(key: string, node: SchemaNode): OptionDescription {
  const value = typeof node.default === "function" ? undefined : node.default;
  return {
    key,
    type: expectation(node).replace(/^an? /, ""),
    default: value === undefined ? "" : JSON.stringify(value),
    description: descriptionOf(node),
  };
}

function optionTables(): string {
  return describeConfig().map(({ key, description, options }) =>
    [key ? `### \`${key}\`` : "### Top level", "", description, "", ...table(options), ""].join("\n")
  ).join("\n");
}

/** Columns are padded as `deno fmt` pads them, so that formatting the document changes nothing. */
function table(options: OptionDescription[]): string[] {
  const head = ["Option", "What it holds", "Default", "Meaning"];
  const rows = options.map((option) =>
    [
      `\`${option.key}\``,
      option.type,
      option.default ? `\`${option.default}\`` : "",
      option.description,
    ].map((cell) => cell.replaceAll("|", "\\|").replaceAll("<", "&lt;"))
  );
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (cells: string[], fill: string) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column], fill)).join(" | ")} |`;
  return [line(head, " "), line(head.map(() => ""), "-"), ...rows.map((row) => line(row, " "))];
}
