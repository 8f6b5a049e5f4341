/** A count that fits into a tile: `950`, `12.3k`, `4.5M`. */
export function countText(count: number): string {
  for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) {
    if (count >= size) return `${trimmed(count / size)}${unit}`;
  }
  return String(Math.round(count));
}

/** A short time: `8 ms`, `1.2 s`, `3 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${trimmed(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

function trimmed(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, "");
}
