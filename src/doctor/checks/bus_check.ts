import type { BusSight, Check, DoctorContext } from "../check.ts";
import { type Finding, found, type Remedy, well } from "../finding.ts";

/** Whether the session's bus is there, on which tray, notifications and keyring are. */
export const busCheck: Check = {
  name: "bus",
  async run(context) {
    const { result } = await context.config();
    if (result.ok && !result.config.desktop.enabled) return [];
    const sight = await context.bus();
    if (sight.kind === "there") return [well("bus", "The session's message bus answers")];
    return [busFinding(sight, await usualBus(context))];
  },
};

/** Pure. `usual`: address of a bus that is there after all. */
export function busFinding(sight: Exclude<BusSight, { kind: "there" }>, usual: string | undefined): Finding {
  const remedy: Remedy = usual === undefined
    ? { step: "Log in to a desktop, or start the daemon in a session of its own with: dbus-run-session" }
    : { run: `export DBUS_SESSION_BUS_ADDRESS=${usual}` };
  if (sight.kind === "none") return found("bus-none", "This session has no message bus", remedy);
  const what = `The session's message bus does not answer at ${sight.address}: ${sight.reason}`;
  return found("bus-unreachable", what, remedy);
}

/** Where systemd has the user's bus. */
async function usualBus({ env, uid }: DoctorContext): Promise<string | undefined> {
  const number = await uid();
  const folders = [env("XDG_RUNTIME_DIR"), number === undefined ? undefined : `/run/user/${number}`];
  for (const folder of folders) {
    if (!folder?.startsWith("/")) continue;
    const isThere = await Deno.stat(`${folder}/bus`).then(({ isSocket }) => isSocket, () => false);
    if (isThere && /^[\w/.-]+$/.test(folder)) return `unix:path=${folder}/bus`;
  }
  return undefined;
}
