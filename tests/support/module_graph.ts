import type { ImportEdge } from "./layers.ts";

/** The repository's root, as a path that ends in a slash. */
export const root = new URL("../../", import.meta.url).pathname;

interface InfoDependency {
  specifier: string;
  code?: { specifier?: string };
  type?: { specifier?: string };
  isDynamic?: boolean;
}

interface Info {
  modules: { specifier: string; error?: string; dependencies?: InfoDependency[] }[];
}

/** Every import among our own sources and from them, as `deno info` reads it; starts at `files`, paths below the root. */
export async function moduleGraph(files: readonly string[]): Promise<ImportEdge[]> {
  const info = await denoInfo(files);
  return info.modules.flatMap(({ specifier, error, dependencies = [] }) => {
    if (!specifier.startsWith(`file://${root}`)) return [];
    if (error) throw new Error(`Cannot read the module graph: ${error}`);
    return dependencies.map((dependency) => edge(below(specifier), dependency));
  });
}

function edge(from: string, { specifier, code, type, isDynamic = false }: InfoDependency): ImportEdge {
  const target = code?.specifier ?? type?.specifier;
  if (target === undefined) throw new Error(`Cannot resolve ${specifier}, imported by ${from}`);
  const to = target.startsWith(`file://${root}`) ? below(target) : specifier;
  return { from, to, isDynamic, isTypeOnly: code === undefined };
}

function below(specifier: string): string {
  return specifier.slice(`file://${root}`.length);
}

/** `deno info` takes one file: one that imports all of them. */
async function denoInfo(files: readonly string[]): Promise<Info> {
  const all = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(all, files.map((file) => `import ${JSON.stringify(`file://${root}${file}`)};\n`).join(""));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-lock", "--config", `${root}deno.json`, all],
      stdout: "piped",
      stderr: "piped",
    }).output();
    if (code !== 0) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(all);
  }
}

/** The files that are loaded with `start`: what it imports, and they, without `import()` and types. */
export function loadedWith(start: readonly string[], edges: readonly ImportEdge[]): Set<string> {
  const loaded = new Set(start);
  for (const from of loaded) {
    for (const { to } of edges.filter((edge) => edge.from === from && !edge.isDynamic && !edge.isTypeOnly)) {
      loaded.add(to);
    }
  }
  return loaded;
}

/** Every TypeScript file below a folder of the repository, as a path below the root. */
export async function sourceFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(root + folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await sourceFiles(path));
    else if (/\.tsx?$/.test(entry.name)) files.push(path);
  }
  return files.sort();
}
