/** How this program starts itself once more: as its compiled binary, or from source with the same runtime. */
export interface SelfCommand {
  program: string;
  args: string[];
}

/** The runtime's flags that a process from source needs; a compiled binary carries its own. */
const runtimeFlags = ["--quiet", "--v8-flags=--max-semi-space-size=1"];

/**
 * The command line for `args` of ours. From source `permissions` names the set of deno.json; a compiled binary has one
 * set for all. `mainModule`: URL of main.ts, of a bundle, or whatever runs.
 */
export function selfCommand(
  args: readonly string[],
  {
    permissions = "daemon",
    mainModule = Deno.mainModule,
    execPath = Deno.execPath(),
    isStandalone = Deno.build.standalone,
  }: {
    permissions?: "daemon" | "gtk";
    mainModule?: string;
    execPath?: string;
    isStandalone?: boolean;
  } = {},
): SelfCommand {
  if (isStandalone) return { program: execPath, args: [...args] };
  return { program: execPath, args: ["run", ...runtimeFlags, `-P=${permissions}`, mainModule, ...args] };
}
