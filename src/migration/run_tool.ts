/** How a program of the system went. */
export interface ToolResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end; `undefined`: it is not installed, cannot be started, or takes too long. Never rejects. */
export type RunTool = (program: string, args: readonly string[]) => Promise<ToolResult | undefined>;

/** Patience with systemctl, which waits for a unit to stop. */
const withinMs = 40_000;

/** Found by PATH, without a shell. `env`: beside our own environment. */
export function toolRunner({ env = {} }: { env?: Readonly<Record<string, string>> } = {}): RunTool {
  return async (program, args) => {
    try {
      const signal = AbortSignal.timeout(withinMs);
      // The words of systemctl are compared.
      const command = new Deno.Command(program, {
        args: [...args],
        env: { ...env, LC_ALL: "C" },
        stdin: "null",
        signal,
      });
      const { code, stdout, stderr } = await command.output();
      if (signal.aborted) return undefined;
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    } catch {
      return undefined;
    }
  };
}
