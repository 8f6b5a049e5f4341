import type { Config } from "../config/schema.ts";
import type { RouteMode } from "../core/types.ts";
import type { AppState } from "./app_state.ts";

/** What the machine's surroundings change about the user's mode. */
export type SurroundingsPolicy = Pick<Config["route"], "metered" | "onBattery">;

const sides = { "local-first": "local-first", "cloud-first": "cloud-first" } as const;

/**
 * The mode that routing goes by: a pause of the cloud wins, then what the user set for metered connections, then what
 * they set for battery. A mode that forbids one side is never widened.
 */
export function modeInForce(
  { chosenMode, pause, surroundings }: Pick<AppState, "chosenMode" | "pause" | "surroundings">,
  policy: SurroundingsPolicy,
): RouteMode {
  if (pause) return "local-only";
  if (chosenMode === "local-only" || chosenMode === "cloud-only") return chosenMode;
  if (surroundings.isMetered && policy.metered !== "ignore") return sides[policy.metered];
  if (surroundings.isOnBattery && policy.onBattery !== "ignore") return sides[policy.onBattery];
  return chosenMode;
}
