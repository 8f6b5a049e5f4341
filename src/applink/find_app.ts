export interface FindAppOptions {
  /** What the user said it is, as an absolute path; `null`: nothing. */
  command: string | null;
  env: (name: string) => string | undefined;
  /** This program as it can be started, which is never the app. */
  ownProgram: string;
}

/**
 * Where the app's packages put it. Not `bin/cloudtolocalllm`: that may be this program, and what a package of the app has
 * there only starts one of these.
 */
function usualPlaces(env: FindAppOptions["env"]): string[] {
  const home = env("HOME");
  return [
    "/usr/share/cloudtolocalllm/cloudtolocalllm",
    "/opt/cloudtolocalllm/cloudtolocalllm",
    "/usr/lib/cloudtolocalllm/cloudtolocalllm",
    "/usr/local/share/cloudtolocalllm/cloudtolocalllm",
    ...(home ? [`${home}/.local/share/cloudtolocalllm/cloudtolocalllm`] : []),
  ];
}

/** Where a desktop entry of the app may lie. */
function entries(env: FindAppOptions["env"]): string[] {
  const ofUser = env("XDG_DATA_HOME") || (env("HOME") ? `${env("HOME")}/.local/share` : "");
  const ofSystem = env("XDG_DATA_DIRS") || "/usr/local/share:/usr/share";
  const folders = [ofUser, ...ofSystem.split(":")].filter((folder) => folder.startsWith("/"));
  return folders.map((folder) => `${folder}/applications/cloudtolocalllm.desktop`);
}

/** The app's program; `undefined`: it was not found. With a `command` nothing else is looked for. Never rejects. */
export async function findApp({ command, env, ownProgram }: FindAppOptions): Promise<string | undefined> {
  const own = await realPath(ownProgram);
  const isApp = async (path: string) => await isProgram(path) && await realPath(path) !== own;
  if (command !== null) return await isApp(command) ? command : undefined;
  for (const path of usualPlaces(env)) if (await isApp(path)) return path;
  for (const entry of entries(env)) {
    const path = programOf(await Deno.readTextFile(entry).catch(() => ""));
    if (path !== undefined && await isApp(path)) return path;
  }
  return undefined;
}

/** The program of an entry's Exec, where it can only be the app: an absolute path that is not in a folder `bin`. */
export function programOf(entry: string): string | undefined {
  const exec = /^Exec\s*=\s*(.*)$/m.exec(entry)?.[1] ?? "";
  const [, quoted, plain] = /^(?:"([^"\\]+)"|([^\s"\\%]+))/.exec(exec.trim()) ?? [];
  const path = quoted ?? plain;
  return path?.startsWith("/") && !/\/bin\/[^/]*$/.test(path) ? path : undefined;
}

async function isProgram(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info?.isFile === true && ((info.mode ?? 0) & 0o111) !== 0;
}

async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}
