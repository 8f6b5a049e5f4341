/** The known name that a mistyped one was probably meant to be; `undefined` when none is near. */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > 64) return undefined;
  const ranked = known
    .map((name) => ({ name, distance: editDistance(fold(typed), fold(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Whether two names differ in case, `-` and `_` alone. */
export function isSameName(a: string, b: string): boolean {
  return fold(a) === fold(b);
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}

/**
 * Letters to insert, delete, replace or swap with their neighbour to make one word of the other. @std's
 * levenshteinDistance reserves 4 MB when it is loaded, which an idle daemon does not have to spare.
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1));
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, beforeLast[column - 2] + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length];
}
