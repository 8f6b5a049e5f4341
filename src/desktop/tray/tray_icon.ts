import type { BackendStatus, StatusReport } from "../../state/status.ts";
import { isCloudStopped } from "./tray_words.ts";
import type { TrayIcon } from "./tray_model_types.ts";

/** The backend that the next request goes to. */
export function activeBackend({ backends, active }: StatusReport): BackendStatus | undefined {
  return active === null ? undefined : backends.find(({ id }) => id === active);
}

/** Which icon says it best: that nothing answers comes first, then what the user did, then how well it goes. */
export function trayIcon(report: StatusReport): TrayIcon {
  if (report.state === "down") return "error";
  if (report.pause || isCloudStopped(report)) return "paused";
  if (isUnchecked(report)) return "idle";
  if (report.state === "degraded") return "degraded";
  return activeBackend(report)?.location ?? "idle";
}

/** Whether nothing is known yet of any backend in use. */
export function isUnchecked({ backends }: StatusReport): boolean {
  const used = backends.filter(({ health }) => health !== "disabled");
  return used.length > 0 && used.every(({ health }) => health === "unknown");
}
