import type { Clock } from "../../core/clock.ts";
import type { Places } from "./places.ts";
import { type ProgramResult, runProgram } from "./run_program.ts";

export interface XdgOpenOptions {
  clock: Clock;
  /** Lets the program that opens it come to the front. */
  activationToken?: string;
  /** For what is started, beside our own environment. */
  childEnv?: Record<string, string>;
  /** For programs that stay. Default: as many do as are asked for. */
  places?: Places;
}

/**
 * Patience with xdg-open, in ms: what fails does so at once, and where it starts a browser itself it stays as long as
 * the browser does.
 */
const patienceMs = 10_000;

/** xdg-open(1), "Exit codes". */
const meanings: Record<number, string> = {
  1: "xdg-open did not understand what to open",
  2: "xdg-open did not find the file",
  3: "xdg-open found no program that could open it",
  4: "the program that xdg-open chose failed",
};

/**
 * Opens an absolute path or a URL in the user's program for it. `undefined` when that went well as far as can be seen,
 * else why it did not.
 */
export async function xdgOpen(
  target: string,
  { clock, activationToken: token, childEnv, places }: XdgOpenOptions,
): Promise<string | undefined> {
  const env = { ...childEnv, ...token ? { XDG_ACTIVATION_TOKEN: token, DESKTOP_STARTUP_ID: token } : {} };
  return failureOf(await runProgram(["xdg-open", target], { clock, withinMs: patienceMs, env, places }));
}

function failureOf(result: ProgramResult): string | undefined {
  if (result.kind === "missing") return "xdg-open is not installed (package xdg-utils)";
  if (result.kind === "failed") return `xdg-open was not started: ${result.reason}`;
  if (result.kind === "running" || result.code === 0) return undefined;
  return meanings[result.code] ?? `xdg-open ended with ${result.code}`;
}
