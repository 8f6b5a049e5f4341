import type { RouteMode } from "../core/types.ts";
import type { ConnectionTest } from "./connection_report.ts";

/** What users may command, from wherever they do: command line, page, tray, D-Bus. Made by the composition root. */
export interface Commands {
  /** Sets the mode for good, and ends a pause: who picks a mode wants it now. */
  setMode(mode: RouteMode): Promise<void>;
  /** `undefined`: there is no such backend. */
  testBackend(id: string, signal: AbortSignal): Promise<ConnectionTest | undefined>;
  /** Switches a backend on or off for good. Rejects when there is no such backend. */
  enableBackend(id: string, enabled: boolean): Promise<void>;
  /** Keeps every request on local backends, for `forMs` or until {@linkcode resumeCloud}. */
  pauseCloud(forMs?: number): Promise<void>;
  resumeCloud(): Promise<void>;
  /** The configuration file, made if there is none yet; its path. */
  provideConfigFile(): Promise<string>;
  /** Ends the daemon as SIGTERM does: running answers get their grace. */
  quit(): void;
}
