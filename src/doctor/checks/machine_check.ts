import { dirname } from "@std/path/posix/dirname";
import type { Check, DoctorContext } from "../check.ts";
import { type Finding, found, well } from "../finding.ts";

/** The least runtime that the program is made for. */
const leastDeno = [2, 9] as const;
/** Certificates of model servers are newer than this. */
const builtAt = Date.UTC(2025, 0, 1);
const lowKiB = 200 * 1_024;
const fullKiB = 10 * 1_024;

/** Space, time and runtime. */
export const machineCheck: Check = {
  name: "machine",
  async run(context) {
    const findings = [...await space(context), ...time(context.clock.now(), await context.uid()), ...runtime(context)];
    if (findings.length > 0) return findings;
    const { version, denoVersion } = context;
    return [well("machine", `CloudToLocalLLM ${version} on Deno ${denoVersion}, with space on the disk`)];
  },
};

async function space(context: DoctorContext): Promise<Finding[]> {
  let folder = context.paths.stateDir;
  while (folder !== "/" && !await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false)) {
    folder = dirname(folder);
  }
  const { code, stdout } = await context.run("df", ["-Pk", folder]);
  return code === 0 ? spaceFindings(stdout, folder) : [];
}

/** From what `df -Pk` prints (POSIX: six columns, the fourth is free space in KiB). Pure. */
export function spaceFindings(text: string, folder: string): Finding[] {
  const [, free, mount] = /^\S.*?\s+\d+\s+\d+\s+(\d+)\s+\d+%\s+(.+)$/m.exec(text.split("\n").slice(1).join("\n")) ?? [];
  if (free === undefined || Number(free) >= lowKiB) return [];
  const mib = Math.floor(Number(free) / 1_024);
  const step = { step: `Free some space on ${mount}; see what takes it with: du -xh ${mount} | sort -h | tail` };
  const id = Number(free) < fullKiB ? "disk-full" : "disk-low";
  return [found(id, `${mib} MiB are left on ${mount}, where ${folder} is`, step)];
}

function time(now: number, uid: number | undefined): Finding[] {
  if (now >= builtAt) return [];
  const run = `${uid === 0 ? "" : "sudo "}timedatectl set-ntp true`;
  return [found("clock-wrong", `The clock says ${new Date(now).toISOString().slice(0, 10)}, which is past`, { run })];
}

function runtime({ denoVersion }: DoctorContext): Finding[] {
  const [major, minor] = denoVersion.split(".").map(Number);
  if (major > leastDeno[0] || (major === leastDeno[0] && minor >= leastDeno[1])) return [];
  const what = `Deno ${denoVersion} runs this program, which is made for ${leastDeno.join(".")} and later`;
  return [found("runtime-old", what, { run: "deno upgrade" })];
}
