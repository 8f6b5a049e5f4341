/** Where the program's files are. */
export interface Paths {
  configFile: string;
  stateDir: string;
  runtimeDir: string;
  /** Address and token of the running daemon's control API. */
  controlFile: string;
}

const program = "cloudtolocalllm";

/**
 * Paths by the XDG Base Directory Specification 0.8: an empty or relative variable is ignored. Without a runtime folder
 * (no session) the state folder takes its place.
 *
 * Throws when `HOME` is needed and is unset or relative.
 */
export function resolvePaths(env: (name: string) => string | undefined): Paths {
  const folder = (variable: string) => absolute(env(variable));
  const configHome = folder("XDG_CONFIG_HOME") ?? `${home(env)}/.config`;
  const stateDir = `${folder("XDG_STATE_HOME") ?? `${home(env)}/.local/state`}/${program}`;
  const runtimeHome = folder("XDG_RUNTIME_DIR");
  const runtimeDir = runtimeHome ? `${runtimeHome}/${program}` : stateDir;
  return {
    configFile: `${configHome}/${program}/config.json`,
    stateDir,
    runtimeDir,
    controlFile: `${runtimeDir}/control.json`,
  };
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path.replace(/(?!^)\/+$/, "") : undefined;
}

function home(env: (name: string) => string | undefined): string {
  const path = absolute(env("HOME"));
  if (path === undefined) {
    throw new Error(
      "Cannot find your home folder: HOME is not set to an absolute path; set it, or both XDG_CONFIG_HOME and XDG_STATE_HOME",
    );
  }
  return path === "/" ? "" : path;
}
