/**
 * Whether the pattern, in which `*` stands for any text, is the whole of the text. Takes no longer than their lengths
 * multiplied, however many `*` there are.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let [at, star, resumeAt] = [0, -1, 0];
  for (let i = 0; i < text.length;) {
    if (pattern[at] === "*") {
      star = at++;
      resumeAt = i;
    } else if (pattern[at] === text[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      // The last star takes one character more.
      at = star + 1;
      i = ++resumeAt;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
