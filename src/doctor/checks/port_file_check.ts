import type { Check, DoctorContext } from "../check.ts";
import { type Finding, found, well } from "../finding.ts";
import { type PortFileSight, seePortFile } from "../port_file_sight.ts";
import { shellWord } from "../shell_word.ts";

/** Whether the desktop app finds its daemon by the port file. */
export const portFileCheck: Check = {
  name: "port-file",
  async run(context) {
    const { env, clock, commands } = context;
    const sight = await seePortFile(env("HOME"), { clock });
    const { result } = await context.config();
    const isServed = (await context.daemon()).kind === "runs" && result.ok && result.config.app.enabled;
    return portFileFindings(sight, { isServed, commands });
  },
};

/** Pure. `isServed`: a daemon runs that should have written the file. */
export function portFileFindings(
  sight: PortFileSight,
  { isServed, commands }: Pick<DoctorContext, "commands"> & { isServed: boolean },
): Finding[] {
  if (sight.kind === "ours") return [well("port-file", `The desktop app finds the daemon on port ${sight.port}`)];
  if (sight.kind !== "stale") return [];
  const what = `${sight.file} leads the desktop app to a port where nobody answers it`;
  return [found("port-file-stale", what, { run: isServed ? commands.restart : `rm ${shellWord(sight.file)}` })];
}
