import { messageOf } from "../core/errors.ts";
import { isAsLeft, readMarker } from "../migration/marker.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

/**
 * At the first start: takes over the settings of the program that this one replaces, and finishes at a later one what
 * could not be done before. Without its file it costs one look. Never rejects, and never keeps the start waiting for a
 * keyring: what is not done then is logged, and done as soon as the keyring lets it, until what is returned is disposed.
 */
export async function takeOverPredecessor(
  options: DaemonOptions,
  ground: Ground,
): Promise<AsyncDisposable | undefined> {
  const home = options.env("HOME");
  // Who names a configuration of their own wants that one.
  if (!home?.startsWith("/") || options.configFile !== undefined) return undefined;
  if (await isSettled(`${home}/.cloudtolocalllm/connection_config.json`, options.paths.stateDir)) return undefined;
  try {
    const { takeOverAtStart } = await import("./take_over_at_start.ts");
    return await takeOverAtStart(options, ground);
  } catch (error) {
    ground.log.warn("The settings of the predecessor are not taken over", { reason: messageOf(error) });
  }
}

/** Whether there is nothing, or nothing more, to take over: then nothing more is loaded either. */
async function isSettled(oldFile: string, stateDir: string): Promise<boolean> {
  try {
    const { size, mtime } = await Deno.stat(oldFile);
    const marker = await readMarker(stateDir);
    return marker?.state === "done" && isAsLeft(marker, { size, mtimeMs: mtime?.getTime() ?? 0 });
  } catch {
    return true;
  }
}
