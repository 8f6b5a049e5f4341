/** What is on this machine of the program that this one replaces, as `src/migration` finds it. */
export interface PredecessorSight {
  /** Its systemd user unit. */
  unit: { enabledBy: readonly string[]; isActive: boolean } | null;
  /** Entries in force that start it at login; `userFile` is where a user switches one off. */
  autostart: readonly { file: string; userFile: string }[];
  /** It answers here; never our own app link. */
  link: { port: number } | null;
  processes: readonly { pid: number; program: string }[];
  /** Its settings; `null`: there are none. */
  settings: string | null;
}

export const oldUnit = "cloudtolocalllm-tray.service";
