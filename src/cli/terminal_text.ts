// deno-lint-ignore-file no-control-regex -- control characters are what this file is about

/**
 * `text` of a model or a server made safe to print: without control characters other than newline and tab, so that it
 * cannot move the cursor, change the window's title or forge what stands above. ESC, CSI (U+009B), DEL and a lone
 * carriage return go; what followed them stays as plain text.
 */
export function terminalText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

/** Invisible, or turns the text after it around: a name with it looks like another one. */
const direction = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The same for one cell or one sentence: line ends and tabs become spaces, and nothing turns the text around. */
export function terminalLine(text: string): string {
  return terminalText(text.replace(/[\r\n\t\u2028\u2029]+/g, " ").replace(direction, ""));
}
