import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Places } from "./places.ts";

export interface RunProgramOptions {
  clock: Clock;
  /** Patience with it, in ms. */
  withinMs: number;
  /** For its standard input. Default: it has none. */
  input?: string;
  /** Beside our own environment. */
  env?: Record<string, string>;
  /** It takes one for as long as it runs. Default: as many run as are asked for. */
  places?: Places;
}

/** How a program went; `missing`: not installed; `failed`: it did not start; `running`: not ended in time. */
export type ProgramResult =
  | { kind: "missing"; reason: string }
  | { kind: "failed"; reason: string }
  | { kind: "ended"; code: number }
  | { kind: "running"; kill: () => void };

/**
 * Runs a program of the desktop, found by PATH, without a shell. It has a session of its own, so that Ctrl-C in our
 * terminal is not meant for it, and none of our pipes beyond its input, so that what it leaves in the background keeps
 * nothing open. One that still runs goes on alone and is reaped when it ends. Never rejects.
 */
export async function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  { clock, withinMs, input, env, places }: RunProgramOptions,
): Promise<ProgramResult> {
  if (places && !places.take()) {
    return { kind: "failed", reason: `${places.size} programs that were opened before still run; close one` };
  }
  let child: Deno.ChildProcess;
  try {
    const stdin = input === undefined ? "null" : "piped";
    child = new Deno.Command(program, { args, env, stdin, stdout: "null", stderr: "null", detached: true }).spawn();
  } catch (error) {
    places?.free();
    return { kind: error instanceof Deno.errors.NotFound ? "missing" : "failed", reason: messageOf(error) };
  }
  if (places) child.status.then(() => places.free());
  if (input !== undefined) void write(child, input);
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.after(withinMs, () => late.resolve(undefined));
  const status = await Promise.race([child.status, late.promise]);
  cancel();
  if (status) return { kind: "ended", code: status.code };
  child.unref();
  return { kind: "running", kill: () => kill(child) };
}

async function write(child: Deno.ChildProcess, text: string): Promise<void> {
  try {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // It ended without reading; its exit code tells why.
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
