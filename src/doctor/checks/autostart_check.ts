import type { Check, DoctorContext, LoginEntry } from "../check.ts";
import { type Finding, found, type Remedy, well } from "../finding.ts";
import { shellWord } from "../shell_word.ts";

/** Whether the daemon starts at login once, and with a program that is there. */
export const autostartCheck: Check = {
  name: "autostart",
  async run(context) {
    return autostartFindings(await context.loginEntries(), context);
  },
};

/** Pure. `entries`: those in force. */
export function autostartFindings(
  entries: readonly LoginEntry[],
  { commands }: Pick<DoctorContext, "commands">,
): Finding[] {
  const findings = entries.filter(({ isProgramThere }) => !isProgramThere).map(
    ({ kind, file, program, isRemovable }) => {
      const what = `${file} starts ${program ?? "a program"} at login, which is not there any more`;
      // An entry that a person has changed would stay as it is.
      const remove = kind === "xdg" && isRemovable ? `rm ${shellWord(file)} && ` : "";
      return found("autostart-dead", what, { run: remove + commands.autostart });
    },
  );
  if (findings.length > 0) return findings;
  const [xdg, systemd] = (["xdg", "systemd"] as const).map((kind) => entries.find((entry) => entry.kind === kind));
  if (xdg && systemd) {
    const what = `The daemon is started twice at login: by ${xdg.file} and by systemd (${systemd.file})`;
    return [found("autostart-twice", what, without(xdg.isRemovable ? xdg : systemd))];
  }
  if (entries.length > 0) return [well("autostart", `The daemon starts at login (${entries[0].file})`)];
  return [well("autostart", "Nothing starts the daemon at login")];
}

function without({ kind, file }: Pick<LoginEntry, "kind" | "file">): Remedy {
  return kind === "xdg"
    ? { run: `rm ${shellWord(file)}` }
    : { run: `systemctl --user disable ${file.slice(file.lastIndexOf("/") + 1)}` };
}
