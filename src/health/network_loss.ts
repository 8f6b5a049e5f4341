import type { BackendConfig } from "../config/schema.ts";
import type { FailureReason } from "../core/errors.ts";
import { isLoopback } from "../core/loopback.ts";
import type { Surroundings } from "../state/app_state.ts";
import type { Reach } from "../state/health_state.ts";

/** Why nothing beyond this machine can be reached, as far as the desktop knows. */
export type NetworkLoss = Extract<FailureReason, "offline" | "portal">;

/** `undefined`: there is a network, or nobody knows. */
export function networkLoss(network: Surroundings["network"]): NetworkLoss | undefined {
  return network === "offline" || network === "portal" ? network : undefined;
}

/** Whether a backend is gone with the network. One in the house may well be on a network that nobody manages. */
export function needsNetwork({ location, url }: Readonly<BackendConfig>): boolean {
  return location === "cloud" && !isLoopback(new URL(url).hostname);
}

/** The loss that a backend is down for; `undefined` when it is down for another reason, or not. */
export function lostWith(reach: Reach): NetworkLoss | undefined {
  if (reach.kind !== "down") return undefined;
  return reach.reason === "offline" || reach.reason === "portal" ? reach.reason : undefined;
}
