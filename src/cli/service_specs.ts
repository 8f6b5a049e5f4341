import type { CommandSpec } from "./command_spec.ts";

/** How the daemon is started and stopped in the background. */
export const startSpec: CommandSpec = {
  name: "start",
  summary: "Start the daemon in the background",
  details: [
    "By systemd where a user unit cloudtolocalllm.service is installed, else as a process of its own that outlives the terminal. Waits until programs are answered, or says why they are not. Where it runs already nothing happens.",
  ],
  arguments: [],
  flags: [],
  examples: [["start", "from here on there is one"]],
};

export const stopSpec: CommandSpec = {
  name: "stop",
  summary: "Stop the daemon",
  details: [
    "Running answers may finish first, for as long as shutdownGraceMs says; --now ends them with an error. Ends with 0 also where none runs.",
  ],
  arguments: [],
  flags: [{ name: "now", description: "Give running answers no time" }],
  examples: [["stop", "let answers finish, then end"], ["stop --now", "end at once"]],
};

export const restartSpec: CommandSpec = {
  name: "restart",
  summary: "Stop the daemon if it runs, and start it in the background",
  arguments: [],
  flags: [{ name: "now", description: "Give running answers no time" }],
  examples: [["restart", "after an update, say"]],
};

export const autostartSpec: CommandSpec = {
  name: "autostart",
  summary: "Start the daemon when you log in, or not",
  details: [
    "By a systemd user unit where your session reaches graphical-session.target, or where there is no desktop; by an autostart entry elsewhere. Never by both.",
  ],
  arguments: [],
  flags: [],
  examples: [["autostart enable", "from the next login on"], ["autostart status", "whether, and by what"]],
  subcommands: [
    { name: "enable", summary: "Start it at login from now on", arguments: [], flags: [], examples: [] },
    { name: "disable", summary: "Do not start it at login", arguments: [], flags: [], examples: [] },
    { name: "status", summary: "Say whether it starts at login, and by what", arguments: [], flags: [], examples: [] },
  ],
};
