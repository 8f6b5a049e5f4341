import type { BackendConfig } from "../config/schema.ts";
import type { RouteMode } from "../core/types.ts";
import type { AppCommands } from "./app_link.ts";
import type { ConnectionTest, TestStep } from "./connection_report.ts";

/** How a connection that is not set up yet is tested. */
export interface UnsavedTestOptions {
  /** Used for this test only and kept nowhere; without it the token that the configuration names is used. */
  token?: string;
  signal: AbortSignal;
  /** Told each step as soon as it is over. */
  onStep?: (step: TestStep) => void;
}

/** What users may command, from wherever they do: command line, page, tray, D-Bus. Made by the composition root. */
export interface Commands extends AppCommands {
  /** Sets the mode for good, and ends a pause: who picks a mode wants it now. */
  setMode(mode: RouteMode): Promise<void>;
  /** `onStep` is told each step as soon as it is over. `undefined`: there is no such backend. */
  testBackend(
    id: string,
    signal: AbortSignal,
    onStep?: (step: TestStep) => void,
  ): Promise<ConnectionTest | undefined>;
  /**
   * The same for settings that are not saved, or not yet. Nothing of it is kept. Rejects with a `RequestError` when no
   * header can carry the token.
   */
  testUnsaved(config: BackendConfig, options: UnsavedTestOptions): Promise<ConnectionTest>;
  /** Switches a backend on or off for good. Rejects when there is no such backend. */
  enableBackend(id: string, enabled: boolean): Promise<void>;
  /** Keeps every request on local backends, for `forMs` or until {@linkcode resumeCloud}. */
  pauseCloud(forMs?: number): Promise<void>;
  resumeCloud(): Promise<void>;
  /** The configuration file, made if there is none yet; its path. */
  provideConfigFile(): Promise<string>;
  /** Ends the daemon as SIGTERM does: running answers get their grace, or `graceMs`. */
  quit(options?: { graceMs?: number }): void;
}
