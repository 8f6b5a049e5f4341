/** The text as a D-Bus string can hold it: without NUL, and without halves of characters. */
export function busText(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}
