/** Runs of white space, line ends included. */
const space = /[\s\p{Z}]+/gu;

/** Control characters, what is invisible or turns the direction of text around, halves of characters, the unassigned. */
const unseen = /\p{C}+/gu;

/**
 * A text of a user, a model or a server as one line of at most `longest` characters that can be shown anywhere: what
 * does not show is gone, one that is longer ends with an ellipsis, and one with nothing to show is an ellipsis.
 */
export function plainLine(text: string, longest: number): string {
  // What is far beyond the end need not be looked at.
  const head = text.slice(0, 8 * longest);
  const line = head.replace(space, " ").replace(unseen, "").trim();
  const chars = [...line];
  const isWhole = head === text && chars.length <= longest && line !== "";
  return isWhole ? line : chars.slice(0, longest - 1).join("").trimEnd() + "…";
}

/** The same for a name, cut in the middle: what tells models apart, such as their quantisation, stands at the end. */
export function middleCut(name: string, longest: number): string {
  const far = 8 * longest;
  const text = name.length > 2 * far ? name.slice(0, far) + name.slice(-far) : name;
  const line = plainLine(text, Math.max(longest, text.length));
  const chars = [...line];
  if (chars.length <= longest) return line;
  const tail = Math.floor((longest - 1) / 2);
  return `${chars.slice(0, longest - 1 - tail).join("").trimEnd()}…${chars.slice(-tail).join("").trimStart()}`;
}

const markup: Readonly<Record<string, string>> = { "<": "‹", ">": "›", "&": "+" };

/** The same without what panels take for markup (XFCE and waybar do in tooltips). */
export function withoutMarkup(line: string): string {
  return line.replace(/[<>&]/g, (char) => markup[char]);
}
