import type { ConfigFile } from "../config/config_file.ts";
import type { Paths } from "../config/paths.ts";
import type { BackendConfig } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import type { ConnectionTest } from "../state/connection_report.ts";
import type { FoundServer } from "../state/found_server.ts";
import type { KeyringStatus, SecretStatus } from "../state/secrets.ts";
import type { DaemonSight } from "./daemon_sight.ts";
import type { Finding } from "./finding.ts";
import type { PortSight } from "./port_sight.ts";
import type { PredecessorSight } from "./predecessor_sight.ts";
import type { RunTool } from "./run_tool.ts";

/** Looks at one subject; changes nothing. What it throws becomes a finding. */
export interface Check {
  name: string;
  run(context: DoctorContext): Promise<Finding[]>;
}

/** How the user starts this program's commands, for advice that can be pasted. */
export interface OwnCommands {
  /** As the user started this program, such as `cloudtolocalllm`. */
  program: string;
  start: string;
  restart: string;
  /** For a daemon that `restart` cannot command: ends the process by itself. `isStuck`: it would not listen to that. */
  replace(pid: number, options?: { isStuck?: boolean }): string;
  /** Writes the start at login anew. */
  autostart: string;
  logs: string;
  setup: string;
  /** `null`: there is no such command. */
  migrate: string | null;
}

/** What is on the session's bus. */
export type BusSight =
  | { kind: "none" }
  | { kind: "unreachable"; address: string; reason: string }
  | { kind: "there"; address: string; names: readonly string[] };

/** What starts the daemon at login. */
export interface LoginEntry {
  kind: "xdg" | "systemd";
  file: string;
  /** The program that it starts; `undefined`: it does not say. */
  program?: string;
  isProgramThere: boolean;
  /** Whether the file is the user's own, and no other of the same name comes into force without it. */
  isRemovable: boolean;
}

export interface SecretsSight {
  keyring: KeyringStatus;
  file: string;
  secrets: readonly SecretStatus[];
}

/** The last run of the daemon that did not end by stopping. */
export interface CrashSight {
  /** When it was last seen alive, ISO 8601. */
  at: string;
  /** The error that nobody caught, secrets removed; `null`: it left no words. */
  error: string | null;
  /** Whether the machine went down with it. */
  isWithMachine: boolean;
  /** How often it crashed by itself in the last 24 hours. */
  inLastDay: number;
}

/** What checks see of the machine. What several ask for is looked at once. */
export interface DoctorContext {
  env: (name: string) => string | undefined;
  paths: Paths;
  clock: Clock;
  /** Of this program. */
  version: string;
  denoVersion: string;
  commands: OwnCommands;
  run: RunTool;
  /** Our user's number; `undefined`: it cannot be told. */
  uid(): Promise<number | undefined>;
  config(): Promise<ConfigFile>;
  daemon(): Promise<DaemonSight>;
  /** Who has the port that the configuration names. */
  port(): Promise<PortSight>;
  /** Model servers at their usual places, and Ollama at `extra`, base URLs. */
  findServers(extra: readonly string[]): Promise<FoundServer[]>;
  /** Through the daemon where one runs, for it has the tokens. */
  testBackend(config: BackendConfig): Promise<ConnectionTest>;
  secrets(): Promise<SecretsSight>;
  bus(): Promise<BusSight>;
  loginEntries(): Promise<LoginEntry[]>;
  predecessor(): Promise<PredecessorSight>;
  lastCrash(): Promise<CrashSight | undefined>;
}
