/**
 * A command as the value of ExecStart= (systemd.service(5), "Command lines"): each word in double quotes where it needs
 * them, `%` and `$` doubled, for specifiers and variables would be put in their place.
 *
 * Throws for a program that is no absolute path, and for what no unit file can say: a line break.
 */
export function execLine([program, ...args]: readonly string[]): string {
  if (!program?.startsWith("/")) {
    throw new Error(`Cannot write ${program ?? "nothing"} into a unit: it is no absolute path`);
  }
  return [program, ...args].map(word).join(" ");
}

function word(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) throw new Error("Cannot write a command with control characters into a unit");
  const escaped = text.replaceAll("%", "%%").replaceAll("$", "$$$$").replaceAll("\\", "\\\\");
  return /^[\w@%+=:,./$-]+$/.test(text) ? escaped : `"${escaped.replaceAll('"', '\\"')}"`;
}
