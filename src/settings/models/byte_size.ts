const units = ["kB", "MB", "GB", "TB"] as const;

/** A number of bytes for people, as disks are sold: `2.0 GB`. */
export function byteSize(bytes: number): string {
  let figure = bytes / 1_000;
  let unit = 0;
  while (figure >= 999.95 && unit < units.length - 1) {
    figure /= 1_000;
    unit++;
  }
  return bytes < 1_000 ? `${bytes} B` : `${figure.toFixed(figure < 100 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}
