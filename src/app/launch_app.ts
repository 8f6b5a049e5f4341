import type { Clock } from "../core/clock.ts";
import { type ProgramResult, runProgram } from "../desktop/actions/run_program.ts";

export interface LaunchAppOptions {
  clock: Clock;
  env: (name: string) => string | undefined;
  /** What it gets beside our own environment. */
  childEnv: Record<string, string>;
}

/** Who ends sooner than that, in ms, has failed or handed over to a window that is there. */
const withinMs = 1_000;

/**
 * Starts the desktop app. What a unit of systemd starts ends with it, so there the app gets a unit of its own.
 *
 * Throws words for the user.
 */
export async function launchApp(path: string, { clock, env, childEnv }: LaunchAppOptions): Promise<void> {
  const options = { clock, withinMs, env: { ...childEnv, CLOUDTOLOCALLLM_FROM_TRAY: "" } };
  if (env("INVOCATION_ID")) {
    const ofItsOwn = ["systemd-run", "--user", "--quiet", "--collect", "--", path] as const;
    if (failureOf(await runProgram(ofItsOwn, options)) === undefined) return;
  }
  const failure = failureOf(await runProgram([path], options));
  if (failure !== undefined) throw new Error(`Cannot start ${path}: ${failure}`);
}

function failureOf(result: ProgramResult): string | undefined {
  switch (result.kind) {
    case "running":
      return undefined;
    case "ended":
      return result.code === 0 ? undefined : `it ended at once with code ${result.code}`;
    case "missing":
    case "failed":
      return result.reason;
  }
}
