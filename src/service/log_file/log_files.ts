import type { Paths } from "../../config/paths.ts";

/** Where the daemon's log is written to. */
export function logPath({ stateDir }: Pick<Paths, "stateDir">): string {
  return `${stateDir}/log/daemon.log`;
}

/** The file that was set aside as the `number`th from the newest: `daemon.log.1`. */
export function asidePath(path: string, number: number): string {
  return `${path}.${number}`;
}

/** The numbers of the files set aside, the newest first. None where there is no such folder. */
export function asideNumbers(path: string): number[] {
  const slash = path.lastIndexOf("/");
  const [folder, prefix] = [path.slice(0, slash), `${path.slice(slash + 1)}.`];
  const numberOf = (name: string) =>
    /^[1-9]\d{0,3}$/.test(name.slice(prefix.length)) ? Number(name.slice(prefix.length)) : 0;
  try {
    return [...Deno.readDirSync(folder)]
      .filter(({ name, isFile }) => isFile && name.startsWith(prefix))
      .map(({ name }) => numberOf(name))
      .filter((number) => number > 0)
      .sort((a, b) => a - b);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
