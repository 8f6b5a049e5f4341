/** What a terminal obeys or hides: control characters beyond ASCII, and what turns the direction of text around. */
const unseen = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** JSON text in which everything can be seen: such characters are escaped. Means the same to who parses it. */
export function visibleJson(json: string): string {
  return json.replace(unseen, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Whether a text has anything in it that does not show, line ends and tabs included. */
export function hasUnseen(text: string): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  return /[\u0000-\u001f]/.test(text) || text.search(unseen) >= 0;
}
