import type { Config } from "../config/schema.ts";
import type { BackendState } from "../state/app_state.ts";
import { isLoopback } from "../core/loopback.ts";

/** A backend of this machine costs next to nothing to ask, and must be used again within 10 s of its return. */
const maxDownOnLoopbackMs = 6_000;
const misconfiguredMs = 60_000;
/** While a change between up and down is being confirmed. */
const confirmMs = 500;

/**
 * The pause until the next health check, in ms; `undefined`: none is due. `wasUsed` tells whether a request went there
 * since the last check; `random` is in [0, 1).
 */
export function probeDelayMs(
  backend: BackendState,
  settings: Config["health"],
  seen: { wasUsed: boolean; random: number },
): number | undefined {
  const { config, health: { reach } } = backend;
  if (!config.enabled) return undefined;
  switch (reach.kind) {
    case "unknown":
      return 0;
    case "misconfigured":
      return jittered(misconfiguredMs, seen.random);
    case "up":
      if (reach.failures > 0 && reach.failures < settings.threshold) return Math.min(confirmMs, settings.upIntervalMs);
      if (config.location === "cloud" && !seen.wasUsed) return jittered(settings.idleCloudIntervalMs, seen.random);
      return jittered(settings.upIntervalMs, seen.random);
    case "down": {
      if (reach.passes > 0) return Math.min(confirmMs, settings.downIntervalMs);
      const most = isLoopback(new URL(config.url).hostname)
        ? Math.min(maxDownOnLoopbackMs, settings.maxDownIntervalMs)
        : settings.maxDownIntervalMs;
      return jittered(Math.min(most, settings.downIntervalMs * 2 ** Math.min(reach.checks, 16)), seen.random);
    }
  }
}

/** Ten per cent either way, so that many daemons do not ask one server in step. */
function jittered(ms: number, random: number): number {
  return Math.round(ms * (0.9 + 0.2 * random));
}
