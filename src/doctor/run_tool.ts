import { messageOf } from "../core/errors.ts";

export interface ToolResult {
  /** `undefined`: it is not installed, or cannot be started. */
  code: number | undefined;
  stdout: string;
}

/** Runs a small program of the system, without input. Never rejects. */
export type RunTool = (program: string, args: readonly string[]) => Promise<ToolResult>;

/** Patience with such a program, in ms. */
const withinMs = 3_000;

/** `env`: beside our own environment. */
export function runTool(env: Readonly<Record<string, string>> = {}): RunTool {
  return async (program, args) => {
    try {
      const { code, stdout } = await new Deno.Command(program, {
        args: [...args],
        // What is read of its words must not depend on the language.
        env: { LC_ALL: "C", ...env },
        stdin: "null",
        stdout: "piped",
        stderr: "null",
        signal: AbortSignal.timeout(withinMs),
      }).output();
      return { code, stdout: new TextDecoder().decode(stdout) };
    } catch (error) {
      return { code: undefined, stdout: messageOf(error) };
    }
  };
}
