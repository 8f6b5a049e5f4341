import type { CommandSpec } from "./command_spec.ts";

/** What `migrate` is called with. */
export const migrateSpec: CommandSpec = {
  name: "migrate",
  summary: "Take over the settings and the token of the program that this one replaces",
  details: [
    "From ~/.cloudtolocalllm/connection_config.json, which stays, without its token. The daemon does the same by itself at its first start; this finishes what it could not do. Each step says what was done and what is left.",
    "What runs of the predecessor, or starts at login, is named, and switched off only if you agree: at the terminal, or by --yes.",
  ],
  arguments: [],
  flags: [
    { name: "dry-run", short: "n", description: "Change nothing; say what would be done" },
    { name: "yes", short: "y", description: "Agree to switching the predecessor off" },
    { name: "merge", description: "Add the old connections to a configuration that is there" },
    {
      name: "insecure-file",
      description: "Agree to a file that is not encrypted for the token, where there is no keyring to use",
    },
    { name: "replace-token", description: "Put the old token over another one that is kept under its name" },
    { name: "json", description: "Print JSON, for programs" },
  ],
  examples: [
    ["migrate --dry-run", "what would be done"],
    ["migrate --yes", "all of it, without a question"],
  ],
};
