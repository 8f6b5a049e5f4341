import { resolvePaths } from "../config/paths.ts";
import { appearanceOf } from "./appearance.ts";
import type { CommandContext } from "./command.ts";
import { doctorText } from "./doctor_text.ts";
import { ExitCode } from "./io.ts";
import { ownCommands } from "./own_commands.ts";

/** Stands in for parts of the machine in tests. */
export interface DoctorParts {
  toolEnv?: Readonly<Record<string, string>>;
}

/** `doctor`: fails when there is a problem; warnings and notes do not count. */
export async function doctorCommand(
  { io, invocation }: CommandContext,
  { toolEnv }: DoctorParts = {},
): Promise<ExitCode> {
  const { examine } = await import("../app/doctor.ts");
  const { env, clock } = io;
  const commands = ownCommands(io.programName);
  const report = await examine({ env, clock, paths: resolvePaths(env), commands, toolEnv });
  io.out(
    invocation.switches.has("json") ? `${JSON.stringify(report, null, 2)}\n` : doctorText(report, appearanceOf(io)),
  );
  return report.findings.some(({ severity }) => severity === "problem") ? ExitCode.failed : ExitCode.done;
}
