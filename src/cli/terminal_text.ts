// deno-lint-ignore-file no-control-regex -- control characters are what this file is about

/**
 * `text` of a model or a server made safe to print: without control characters other than newline and tab, so that it
 * cannot move the cursor, change the window's title or forge what stands above. ESC, CSI (U+009B), DEL and a lone
 * carriage return go; what followed them stays as plain text.
 */
export function terminalText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

/** The same for one cell or one sentence: newlines and tabs become spaces. */
export function terminalLine(text: string): string {
  return terminalText(text.replace(/[\r\n\t]+/g, " "));
}
