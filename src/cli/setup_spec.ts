import type { CommandSpec } from "./command_spec.ts";

/** What `setup` is called with. */
export const setupSpec: CommandSpec = {
  name: "setup",
  summary: "Set up what is needed, by a few questions in the terminal",
  details: [
    "Looks for model servers on this machine, offers a cloud connection, the start at login and the start of the daemon, and shows how programs are pointed at it. Each question has a default; Ctrl-C leaves nothing half done. It can be run again.",
    "Without a terminal nothing is asked: only what --yes agrees to is done.",
  ],
  arguments: [],
  flags: [
    { name: "yes", description: "Ask nothing: no cloud, start at login, start the daemon" },
    { name: "clients", description: "Only show how programs are pointed at the daemon" },
  ],
  examples: [["setup", "a first run"], ["setup --clients", "lines to copy for ollama, Open WebUI, Continue, Zed, ..."]],
};
