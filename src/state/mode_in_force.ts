import type { Config } from "../config/schema.ts";
import { timeOfDay } from "../core/time_of_day.ts";
import type { RouteMode } from "../core/types.ts";
import type { AppState, ModeCause } from "./app_state.ts";
import { capWords, stopsCloud } from "./cloud_use.ts";

/** What the machine's surroundings change about the user's mode. */
export type SurroundingsPolicy = Pick<Config["route"], "metered" | "onBattery">;

const sides = { "local-first": "local-first", "cloud-first": "cloud-first" } as const;
const chosen: ModeCause = { kind: "chosen" };

/**
 * The mode that routing goes by, and whose doing it is: a pause of the cloud wins, then the month's cap where that stops
 * the cloud, then what the user set for metered connections, then what they set for battery. These two never widen a
 * mode that forbids one side.
 */
export function modeInForce(
  { chosenMode, pause, surroundings, cloudUse }: Pick<AppState, "chosenMode" | "pause" | "surroundings" | "cloudUse">,
  policy: SurroundingsPolicy,
): Pick<AppState, "mode" | "modeCause"> {
  if (pause) return byCause("local-only", chosenMode, { kind: "pause", until: pause.until });
  if (stopsCloud(cloudUse)) {
    const { cap, tokens, endsAt } = cloudUse;
    return byCause("local-only", chosenMode, { kind: "cap", cap: cap!, tokens, until: endsAt });
  }
  if (chosenMode === "local-only" || chosenMode === "cloud-only") return { mode: chosenMode, modeCause: chosen };
  if (surroundings.isMetered && policy.metered !== "ignore") {
    return byCause(sides[policy.metered], chosenMode, { kind: "metered" });
  }
  if (surroundings.isOnBattery && policy.onBattery !== "ignore") {
    return byCause(sides[policy.onBattery], chosenMode, { kind: "battery" });
  }
  return { mode: chosenMode, modeCause: chosen };
}

function byCause(mode: RouteMode, chosenMode: RouteMode, cause: ModeCause): Pick<AppState, "mode" | "modeCause"> {
  return { mode, modeCause: mode === chosenMode ? chosen : cause };
}

/** Why this mode holds, as part of a sentence: `the mode is local-only`, `the cloud is paused until 15:04`. */
export function modeWords(mode: RouteMode, cause: ModeCause = chosen): string {
  switch (cause.kind) {
    case "chosen":
      return `the mode is ${mode}`;
    case "pause":
      return cause.until === null ? "the cloud is paused" : `the cloud is paused until ${timeOfDay(cause.until)}`;
    case "cap":
      return capWords(cause);
    case "metered":
      return "the connection is metered";
    case "battery":
      return "the machine runs on battery";
  }
}
