const folders = ["scalable", "symbolic", "256x256", "128x128", "64x64", "48x48"];

/**
 * The name of an icon when a package has installed it in the icon theme that every other one falls back on, else "":
 * who shows a name that is not there shows a placeholder.
 */
export async function installedIcon(name: string, env: (name: string) => string | undefined): Promise<string> {
  for (const folder of dataFolders(env)) {
    for (const size of folders) {
      for (const ending of ["svg", "png"]) {
        if (await isThere(`${folder}/icons/hicolor/${size}/apps/${name}.${ending}`)) return name;
      }
    }
  }
  return "";
}

/** By the XDG Base Directory Specification. */
function dataFolders(env: (name: string) => string | undefined): string[] {
  const own = env("XDG_DATA_HOME") || (env("HOME") ? `${env("HOME")}/.local/share` : "");
  const shared = env("XDG_DATA_DIRS") || "/usr/local/share:/usr/share";
  return [own, ...shared.split(":")].filter((folder) => folder.startsWith("/"));
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
