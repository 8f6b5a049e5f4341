import type { Command } from "./command.ts";

/** Literal imports, so that bundling and compiling find them; each is loaded only when its command runs. */
const loaders: Record<string, () => Promise<Command>> = {
  run: async () => (await import("./run_command.ts")).runCommand,
  start: async () => (await import("./start_command.ts")).startCommand,
  stop: async () => (await import("./stop_command.ts")).stopCommand,
  restart: async () => (await import("./stop_command.ts")).restartCommand,
  autostart: async () => (await import("./autostart_command.ts")).autostartCommand,
  status: async () => (await import("./status_command.ts")).statusCommand,
  logs: async () => (await import("./logs_command.ts")).logsCommand,
  mode: async () => (await import("./mode_command.ts")).modeCommand,
  pause: async () => (await import("./pause_command.ts")).pauseCommand,
  resume: async () => (await import("./pause_command.ts")).resumeCommand,
  settings: async () => (await import("./settings_command.ts")).settingsCommand,
  models: async () => (await import("./models_command.ts")).modelsCommand,
  test: async () => (await import("./test_command.ts")).testCommand,
  usage: async () => (await import("./usage_command.ts")).usageCommand,
  chat: async () => (await import("./chat_command.ts")).chatCommand,
  config: async () => (await import("./config_command.ts")).configCommand,
  secret: async () => (await import("./secret_command.ts")).secretCommand,
  migrate: async () => (await import("./migrate_command.ts")).migrateCommand,
  setup: async () => (await import("./setup_command.ts")).setupCommand,
  doctor: async () => (await import("./doctor_command.ts")).doctorCommand,
  demo: async () => (await import("./demo_command.ts")).demoCommand,
  completions: async () => (await import("./completions_command.ts")).completionsCommand,
  "tray-gtk": async () => (await import("./tray_gtk_command.ts")).trayGtkCommand,
};

/** The body of the command called `name`. */
export function loadCommand(name: string): Promise<Command> {
  return loaders[name]();
}
