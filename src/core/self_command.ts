import manifest from "../../deno.json" with { type: "json" };

/** How this program starts itself once more: as its compiled binary, or from source with the same runtime. */
export interface SelfCommand {
  program: string;
  args: string[];
}

export interface SelfCommandOptions {
  /** What the process may do; a set of deno.json. A compiled binary has one set for all. */
  permissions?: keyof typeof manifest.permissions;
  /** URL of main.ts, of a bundle, or whatever runs. */
  mainModule?: string;
  execPath?: string;
  isStandalone?: boolean;
}

/** The runtime's flags that a process from source needs; a compiled binary carries its own. */
const runtimeFlags = [
  "--quiet",
  "--no-prompt",
  "--v8-flags=--max-semi-space-size=1",
  ...manifest.unstable.map((feature) => `--unstable-${feature}`),
];

/**
 * The command line for `args` of ours, for a child of this process. The permissions are written out: a bundle lies where
 * no deno.json gives a name to them.
 */
export function selfCommand(
  args: readonly string[],
  {
    permissions = "daemon",
    mainModule = Deno.mainModule,
    execPath = Deno.execPath(),
    isStandalone = Deno.build.standalone,
  }: SelfCommandOptions = {},
): SelfCommand {
  if (isStandalone) return { program: execPath, args: [...args] };
  const flags = [...runtimeFlags, ...permissionFlags(permissions)];
  return { program: execPath, args: ["run", ...flags, pathOrUrl(mainModule), ...args] };
}

/**
 * The same for a command that is written down and used after this process has ended. An AppImage is mounted elsewhere
 * each time: what lasts is its own file, `$APPIMAGE`. That variable alone proves nothing, for every program that was
 * started from another AppImage (a terminal, say) has it too: we run from one when our binary lies in `$APPDIR`.
 */
export function lastingCommand(
  args: readonly string[],
  { env, ...options }: SelfCommandOptions & { env: (name: string) => string | undefined },
): SelfCommand {
  const command = selfCommand(args, options);
  const [image, mount] = [env("APPIMAGE"), env("APPDIR")];
  if (!image?.startsWith("/") || !mount?.startsWith("/")) return command;
  return command.program.startsWith(`${mount}/`) ? { program: image, args: [...args] } : command;
}

function permissionFlags(name: keyof typeof manifest.permissions): string[] {
  return Object.entries(manifest.permissions[name]).flatMap(([permission, granted]) => {
    if (granted === true) return [`--allow-${permission}`];
    return Array.isArray(granted) && granted.length > 0 ? [`--allow-${permission}=${granted.join(",")}`] : [];
  });
}

function pathOrUrl(module: string): string {
  return module.startsWith("file:///") ? decodeURIComponent(new URL(module).pathname) : module;
}
