import { readSmallTextFile } from "../config/small_file.ts";
import type { FileFacts } from "./ports.ts";

/**
 * How far taking over from the predecessor has come. `started`: it was begun by itself, at a start of the daemon, and is
 * finished by a later one; `done`: there is nothing left to do for the old file as it was then.
 */
export interface Marker {
  state: "started" | "done";
  /** The old file as it was left; another one is worth a look. */
  oldFile: { size: number; mtimeMs: number };
}

export function markerPath(stateDir: string): string {
  return `${stateDir}/migrated.json`;
}

export function renderMarker(state: Marker["state"], { size, mtimeMs }: FileFacts): string {
  return `${JSON.stringify({ version: 1, state, oldFile: { size, mtimeMs } }, null, 2)}\n`;
}

/** `undefined`: there is none that can be understood. */
export async function readMarker(stateDir: string): Promise<Marker | undefined> {
  try {
    return parseMarker(JSON.parse(await readSmallTextFile(markerPath(stateDir))));
  } catch {
    return undefined;
  }
}

function parseMarker({ version, state, oldFile }: Record<string, unknown>): Marker | undefined {
  if (version !== 1 || (state !== "started" && state !== "done")) return undefined;
  const { size, mtimeMs } = oldFile as Marker["oldFile"];
  return typeof size === "number" && typeof mtimeMs === "number" ? { state, oldFile: { size, mtimeMs } } : undefined;
}

/** Whether the old file is as the marker says that it was left. */
export function isAsLeft({ oldFile }: Marker, { size, mtimeMs }: Pick<FileFacts, "size" | "mtimeMs">): boolean {
  return oldFile.size === size && oldFile.mtimeMs === mtimeMs;
}
