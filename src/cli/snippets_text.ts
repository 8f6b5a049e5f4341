import type { ClientSnippet } from "../state/client_snippets.ts";
import type { Appearance } from "./appearance.ts";
import { terminalLine, terminalText } from "./terminal_text.ts";

/** How programs are pointed at the daemon, ready to be copied. */
export function snippetsText(snippets: readonly ClientSnippet[], look: Appearance): string {
  return snippets.map(({ program, where, text }) => {
    const lines = terminalText(text).split("\n").map((line) => line === "" ? "" : `  ${line}`);
    return [`${look.bold(terminalLine(program))} ${look.dim(`(${terminalLine(where)})`)}`, ...lines, ""].join("\n");
  }).join("\n");
}
