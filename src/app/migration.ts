import { messageOf } from "../core/errors.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

/**
 * At the first start: takes over the settings of the program that this one replaces, and finishes at a later one what
 * could not be done before. Without its file it costs one look. Never rejects, and never keeps the start waiting for a
 * keyring: what is not done then is logged, and stays to be done.
 */
export async function takeOverPredecessor(options: DaemonOptions, ground: Ground): Promise<void> {
  const home = options.env("HOME");
  // Who names a configuration of their own wants that one.
  if (!home?.startsWith("/") || options.configFile !== undefined) return;
  try {
    await Deno.stat(`${home}/.cloudtolocalllm/connection_config.json`);
  } catch {
    return;
  }
  try {
    const { takeOverAtStart } = await import("./take_over_at_start.ts");
    await takeOverAtStart(options, ground);
  } catch (error) {
    ground.log.warn("The settings of the predecessor are not taken over", { reason: messageOf(error) });
  }
}
