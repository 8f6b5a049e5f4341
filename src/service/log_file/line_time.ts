/** When a line of the log was written, in ms since 1970, in either format; `undefined`: it does not say. */
export function lineTime(line: string): number | undefined {
  const time = /^(?:\{"time":")?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)/.exec(line);
  return time ? Date.parse(time[1]) : undefined;
}

/** Takes whole lines one after another and says which are wanted; one without a time goes with the one before it. */
export function isSince(since: number | undefined): (line: string) => boolean {
  if (since === undefined) return () => true;
  let isWanted = false;
  return (line) => {
    const at = lineTime(line);
    if (at !== undefined) isWanted = at >= since;
    return isWanted;
  };
}
