/** Lines whose cells begin in the same column, two spaces apart; the last cell is not padded. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => widths[column] = Math.max(widths[column] ?? 0, [...cell].length));
  }
  return rows.map((row) =>
    row.map((cell, column) => column === row.length - 1 ? cell : cell + " ".repeat(widths[column] - [...cell].length))
      .join("  ").trimEnd()
  );
}
