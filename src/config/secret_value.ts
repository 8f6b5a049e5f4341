const maxCharacters = 65_536;

/**
 * A token as it may be used: without the blanks and line ends around it; `undefined` when nothing is left. `place` is
 * where it was found, for the error.
 *
 * Throws when it holds something that no HTTP header can carry, or more than 64 KiB; the error does not repeat it.
 */
export function secretValue(text: string, place: string): string | undefined {
  const value = trimmed(text);
  if (value === "") return undefined;
  if (value.length > maxCharacters) throw new TypeError(`Cannot use ${place}: it is longer than 64 KiB`);
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  throw new TypeError(`Cannot use ${place}: it holds a line break, a control character or a letter outside ASCII`);
}

/**
 * Without blanks and line ends alone: a file read by a shell ends with one, other control characters are a mistake. Not
 * by a pattern: one for the end of a text tries each run of blanks inside it.
 */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return text.slice(start, end);
}

function isBlank(char: string): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\n";
}
