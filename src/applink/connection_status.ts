import type { BackendStatus, StatusReport } from "../state/status.ts";
import type { Location } from "../core/types.ts";

/** The two connections that the protocol knows. */
export const connectionTypes = ["local_ollama", "cloud_proxy"] as const;
export type ConnectionType = typeof connectionTypes[number];

/** A connection as the protocol tells it. */
export interface ConnectionStatus {
  state: "disconnected" | "connecting" | "connected" | "error";
  /** When something was last seen of it, ISO 8601. */
  last_check: string | null;
  error_message: string | null;
  version: string | null;
  models: string[];
}

/** From the best on. */
const ranks: readonly ConnectionStatus["state"][] = ["connected", "connecting", "error", "disconnected"];

/**
 * The broker's backends as two connections: the best of the local ones and the best of the clouds. `lastSeen` gives ms
 * since 1970 by id.
 */
export function connectionStatus(
  { backends }: Pick<StatusReport, "backends">,
  lastSeen: (id: string) => number | undefined,
): Record<ConnectionType, ConnectionStatus> {
  const best = (location: Location): ConnectionStatus => {
    const all = backends.filter((backend) => backend.location === location);
    const [first] = all.sort((a, b) => ranks.indexOf(stateOf(a)) - ranks.indexOf(stateOf(b)));
    if (!first) {
      const what = location === "local" ? "No local model server" : "No cloud";
      return { state: "disconnected", last_check: null, error_message: `${what} is set up`, version: null, models: [] };
    }
    const seen = lastSeen(first.id);
    return {
      state: stateOf(first),
      last_check: seen === undefined ? null : new Date(seen).toISOString(),
      error_message: first.health === "unknown" ? null : first.reason,
      version: first.version,
      models: [...first.models],
    };
  };
  return { local_ollama: best("local"), cloud_proxy: best("cloud") };
}

function stateOf({ health }: BackendStatus): ConnectionStatus["state"] {
  switch (health) {
    case "up":
      return "connected";
    case "unknown":
      return "connecting";
    case "disabled":
      return "disconnected";
    case "down":
    case "misconfigured":
    case "ejected":
      return "error";
  }
}

/** The same for two statuses between which an app need not be told anything: times pass in them. */
export function changeKey({ state, error_message, version, models }: ConnectionStatus): string {
  return JSON.stringify([state, error_message?.replaceAll(/\d+ s\b/g, "s") ?? null, version, models]);
}
