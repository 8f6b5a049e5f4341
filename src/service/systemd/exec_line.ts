/**
 * A command as the value of ExecStart= (systemd.service(5), "Command lines"): each word in double quotes where it needs
 * them, `%` doubled, and `$` in arguments, for specifiers and variables would be put in their place.
 *
 * Throws for what no unit file can say: a program that is no absolute path or has a quote or a backslash in it, which
 * systemd refuses, and control characters.
 */
export function execLine([program, ...args]: readonly string[]): string {
  if (!program?.startsWith("/")) {
    throw new Error(`Cannot write ${program ?? "nothing"} into a unit: it is no absolute path`);
  }
  if (/["'\\]/.test(program)) {
    throw new Error(`Cannot write ${program} into a unit: systemd takes no quote or backslash there`);
  }
  // Variables are put in place of arguments only: a doubled `$` in the path would be two (systemd 252).
  return [word(program), ...args.map((arg) => word(arg.replaceAll("$", "$$$$")))].join(" ");
}

function word(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(text)) throw new Error("Cannot write a command with control characters into a unit");
  const escaped = text.replaceAll("%", "%%").replaceAll("\\", "\\\\");
  return /^[\w@%+=:,./$-]+$/.test(text) ? escaped : `"${escaped.replaceAll('"', '\\"')}"`;
}
