/** What the daemon tells the desktop app (docs/APPLINK.md). */
export const appCommands = ["SHOW", "HIDE", "SETTINGS", "OLLAMA_TEST", "QUIT"] as const;
export type AppCommand = typeof appCommands[number];

/** What the app thinks its icon should be. */
export const appIcons = ["idle", "connected", "error"] as const;
export type AppIcon = typeof appIcons[number];

/** What an app says of its own connection; nothing here goes by it. */
export interface AppReported {
  /** Such as `ollama` or `cloud`. */
  connectionType: string;
  connected: boolean;
  version: string | null;
  /** How many it lists. */
  models: number;
  endpoint: string | null;
  error: string | null;
}

/** The desktop app as the daemon sees it; of several the word of the one that spoke last. */
export interface AppSeen {
  /** How many are connected. */
  clients: number;
  /** Whether one of them says that its user is signed in. */
  authenticated: boolean;
  tooltip: string | null;
  icon: AppIcon | null;
  reported: AppReported | null;
  /** Whether the app was found on this machine. */
  canLaunch: boolean;
}

/** What users may have the app do. Both reject with words for the user. */
export interface AppCommands {
  /** Tells every app that is connected. */
  tellApp(command: AppCommand): Promise<void>;
  /** Starts the app: the program of `app.command`, else where it usually is. */
  launchApp(): Promise<void>;
}
