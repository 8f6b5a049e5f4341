/** Where things are in a plot; pure, in units of its view box. */
export interface PlotBox {
  width: number;
  height: number;
}

/** The next round number (1, 2 or 5 times a power of ten) that is not below `most`; at least 1. */
export function roundTop(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most)!;
}

/**
 * The path of a line through `values`, from left to right, `null` where there is none: a gap. A value that stands alone
 * becomes a short line, so that it can be seen.
 */
export function linePath(values: readonly (number | null)[], { width, height }: PlotBox, top: number): string {
  const step = width / values.length;
  let path = "";
  values.forEach((value, i) => {
    if (value === null) return;
    const isAlone = (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
    const [x, y] = [(i + 0.5) * step, height - (value / top) * height];
    const place = `${round(x)} ${round(y)}`;
    if (isAlone) path += `M${round(x - step * 0.3)} ${round(y)}H${round(x + step * 0.3)}`;
    else path += ((values[i - 1] ?? null) === null ? "M" : "L") + place;
  });
  return path;
}

export interface Bar {
  x: number;
  width: number;
  /** From below upwards, in the order of the values. */
  parts: { y: number; height: number }[];
}

/** Stacked bars, one for each list of values. */
export function stackedBars(stacks: readonly (readonly number[])[], { width, height }: PlotBox, top: number): Bar[] {
  const step = width / stacks.length;
  return stacks.map((values, i) => {
    let base = height;
    const parts = values.map((value) => {
      const size = (value / top) * height;
      base -= size;
      return { y: round(base), height: round(size) };
    });
    return { x: round(i * step + step * 0.12), width: round(step * 0.76), parts };
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
