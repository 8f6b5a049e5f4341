const begin = "<!-- bench -->";
const end = "<!-- /bench -->";

/** The document with `markdown` between its two marks. Throws when it has not exactly one pair of them. */
export function withSection(document: string, markdown: string): string {
  const parts = document.split(begin);
  const rest = parts[1]?.split(end);
  if (parts.length !== 2 || rest?.length !== 2) {
    throw new Error(`Cannot write the figures: docs/GOALS.md needs one ${begin} and one ${end} after it`);
  }
  return `${parts[0]}${begin}\n\n${markdown}\n\n${end}${rest[1]}`;
}
