import { type Clock, systemClock } from "../core/clock.ts";
import { createLog, type Log, type LogOptions } from "../core/log.ts";
import { RecentLines } from "../core/recent_lines.ts";
import { Redaction } from "../core/redaction.ts";
import type { ConfigOverrides } from "../config/config_overrides.ts";
import type { Paths } from "../config/paths.ts";
import type { DesktopContext } from "../desktop/context.ts";
import { secretFile } from "../secrets/secret_file.ts";
import { SecretKeeper } from "../secrets/secret_keeper.ts";
import { LogFile } from "../service/log_file/log_file.ts";
import { logPath } from "../service/log_file/log_files.ts";

/** What the tray shows as the log. */
const keptLogCharacters = 64_000;

export interface DaemonOptions {
  paths: Paths;
  overrides: ConfigOverrides;
  env: (name: string) => string | undefined;
  /** Another configuration file than that of `paths`; it has to be there. */
  configFile?: string;
  /** Takes finished log lines, line end included. */
  writeLog: (line: string) => void;
  version: string;
  clock?: Clock;
  pid?: number;
  /** Where the desktop app finds it: `~/.cloudtolocalllm/tray_port`. Default: no app is served. */
  appLink?: { portFile: string };
  /** Ends the process as failed, after an error that nobody caught. Default: such errors are left to the runtime. */
  endProcess?: () => void;
  /** Whether it appears on the desktop of the session, if the configuration agrees. Default: no. */
  desktop?: {
    /** It is the user's one daemon: where another is already, it gives way and ends. */
    isTheOne: boolean;
    /** Where it gives way, the settings of the other stay closed. Default: they are opened. */
    givesWayQuietly?: boolean;
    /** What runs there, until the signal aborts. Default: all of it (src/desktop/desktop.ts). */
    run?: (context: DesktopContext, signal: AbortSignal) => Promise<void>;
  };
}

/** What every part is given. */
export interface Ground {
  clock: Clock;
  log: Log;
  /** Level and format of the log; may be changed while it is in use. */
  logOptions: LogOptions;
  redaction: Redaction;
  /** The last lines of the log, secrets removed. */
  recentLog: RecentLines;
  /** Where the log is kept; its lines wait until the configuration is known. */
  logFile: LogFile;
  secrets: SecretKeeper;
}

/** Log, secrets and time, from what the daemon was started with. */
export function layGround({ clock = systemClock, overrides, env, paths, writeLog }: DaemonOptions): Ground {
  const redaction = new Redaction();
  const recentLog = new RecentLines(keptLogCharacters);
  const logFile = new LogFile({ path: logPath(paths), clock });
  const logOptions: LogOptions = {
    level: overrides.logLevel ?? "info",
    format: overrides.logFormat ?? "text",
    clock,
    write(line) {
      recentLog.add(line);
      writeLog(line);
      logFile.write(line);
    },
    redact: redaction.redact,
  };
  const log = createLog(logOptions);
  const secrets = new SecretKeeper({
    env,
    clock,
    log,
    // Each that is read is kept out of the log from then on.
    onRead: (value) => redaction.add(value),
    async openHomes() {
      const { openSecretHomes } = await import("../secrets/secret_homes.ts");
      return openSecretHomes({ env, clock, file: secretFile(paths.stateDir) });
    },
  });
  return { clock, redaction, recentLog, logFile, logOptions, log, secrets };
}
