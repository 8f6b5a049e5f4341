import type { Check } from "../check.ts";
import { found, well } from "../finding.ts";
import { seePortFile } from "../port_file_sight.ts";
import { shellWord } from "../shell_word.ts";

/** Whether the desktop app finds its daemon by the port file. */
export const portFileCheck: Check = {
  name: "port-file",
  async run({ env, clock }) {
    const sight = await seePortFile(env("HOME"), { clock });
    if (sight.kind === "ours") return [well("port-file", `The desktop app finds the daemon on port ${sight.port}`)];
    if (sight.kind !== "stale") return [];
    const what = `${sight.file} leads the desktop app to a port where nobody answers it`;
    return [found("port-file-stale", what, { run: `rm ${shellWord(sight.file)}` })];
  },
};
