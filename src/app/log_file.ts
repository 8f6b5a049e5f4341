import type { ConfigStore } from "../config/config_store.ts";
import type { ReportPart } from "../core/part_seen.ts";
import type { LogFileSeen } from "../service/log_file/log_file.ts";
import type { Ground } from "./ground.ts";

/** The log's file follows the configuration from now on, and says how it fares. Returns what ends that. */
export function followLogFile(
  { ground: { log, logFile }, configStore, reportPart }: {
    ground: Pick<Ground, "log" | "logFile">;
    configStore: ConfigStore;
    reportPart: ReportPart;
  },
): () => void {
  logFile.onChange((seen) => {
    reportPart("log file", partSeen(seen, logFile.path));
    if (seen.state === "failed") log.warn("The log is not written to its file", { reason: seen.reason });
    if (seen.state === "running" && seen.missing > 0) {
      log.warn("The log is written to its file again", { missingLines: seen.missing });
    }
  });
  logFile.configure(configStore.config.log.file);
  return configStore.subscribe((next) => logFile.configure(next.log.file));
}

function partSeen(seen: LogFileSeen, path: string): Parameters<ReportPart>[1] {
  if (seen.state === "failed") return { state: "failed", reason: `The log is not written to ${path}: ${seen.reason}` };
  return { state: seen.state };
}
