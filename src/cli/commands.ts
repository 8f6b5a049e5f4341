import { logLevels } from "../core/log.ts";
import { longestPauseMs, routeModes } from "../core/types.ts";
import type { ArgumentSpec, CommandSpec, FlagSpec, ValueSpec } from "./command_spec.ts";
import { migrateSpec } from "./migrate_spec.ts";
import { doctorSpec } from "./doctor_spec.ts";
import { logsSpec } from "./logs_spec.ts";
import { secretSpec } from "./secret_spec.ts";
import { autostartSpec, restartSpec, startSpec, stopSpec } from "./service_specs.ts";
import { setupSpec } from "./setup_spec.ts";

const mode: ValueSpec = { kind: "choice", name: "MODE", choices: routeModes };
const file: ValueSpec = { kind: "file", name: "FILE" };

const json: FlagSpec = { name: "json", description: "Print JSON, for programs" };

const configFile: ArgumentSpec = {
  value: file,
  optional: true,
  description: "Read this file instead of the usual one",
};

const startedWith: FlagSpec = {
  name: "config",
  value: file,
  description: "The same, as the daemon was started with it",
};

const run: CommandSpec = {
  name: "run",
  summary: "Start the broker (also without a command) and stay",
  details: [
    "Flags win over the configuration file and are not written to it. Ctrl-C or SIGTERM lets running answers finish (shutdownGraceMs); a second one, a second later, ends them with an error, a third ends at once. Closing the terminal counts like Ctrl-C; without a terminal, as under nohup, SIGHUP is ignored.",
    "Where the daemon of this session runs already, its settings are opened and this one ends with 0; with --unless-running it ends without that, which is for scripts and for the start at login.",
  ],
  arguments: [],
  flags: [
    { name: "host", value: { kind: "text", name: "HOST" }, description: "Address to listen on" },
    { name: "port", value: { kind: "port", name: "PORT" }, description: "Port to listen on; 0 takes a free one" },
    { name: "config", value: file, description: "Configuration file to use; it has to be there" },
    { name: "mode", value: mode, description: "Which backends are asked, and in which order" },
    {
      name: "log-level",
      value: { kind: "choice", name: "LEVEL", choices: logLevels },
      description: "Least level that is logged",
    },
    {
      name: "log-format",
      value: { kind: "choice", name: "FORMAT", choices: ["text", "json"] },
      description: "Shape of the log on standard error",
    },
    { name: "unless-running", description: "End quietly with 0 where a daemon runs already" },
  ],
  examples: [
    ["run --mode local-only", "never ask the cloud"],
    ["run --port 0 --log-level debug", "a second broker on a free port, telling everything"],
    ["run --unless-running &", "in a script: from here on there is one"],
  ],
};

const status: CommandSpec = {
  name: "status",
  summary: "Say whether models can be reached, and through which backend",
  details: [
    "Ends with 0 whatever the state, also when nothing can be reached: scripts read state in --json, or ask GET /ready.",
  ],
  arguments: [],
  flags: [json],
  examples: [["status", "a sentence and a table"], ["status --json", "the same for programs"]],
};

const modeCommand: CommandSpec = {
  name: "mode",
  summary: "Print or change which backends are asked, and in which order",
  arguments: [{ value: mode, optional: true, description: "The mode to use from now on" }],
  flags: [],
  examples: [["mode", "print it"], ["mode local-only", "keep every request on your machines"]],
};

const pause: CommandSpec = {
  name: "pause",
  summary: "Keep every request on local backends for a while",
  details: [
    "The mode stays as it is and holds again afterwards; choosing a mode ends the pause, and so does resume. A restart of the daemon does not.",
  ],
  arguments: [{
    value: { kind: "duration", name: "DURATION", longestMs: longestPauseMs },
    optional: true,
    description: "How long, such as 30m, 1h or 1h30m, up to 24h; without it until you resume",
  }],
  flags: [],
  examples: [["pause 1h", "no cloud for an hour"], ["pause", "no cloud until you say resume"]],
};

const resume: CommandSpec = {
  name: "resume",
  summary: "End the pause of the cloud",
  arguments: [],
  flags: [],
  examples: [],
};

const settings: CommandSpec = {
  name: "settings",
  summary: "Open the settings page in your browser",
  details: [
    "The page opens through a link that works once and for a minute; the browser then stays signed in until the daemon ends, or until 12 hours without use have passed.",
  ],
  arguments: [],
  flags: [{ name: "print", description: "Print the link and open nothing" }],
  examples: [["settings", "open it"], ["settings --print", "for a browser that this program cannot reach"]],
};

const models: CommandSpec = {
  name: "models",
  summary: "List the models you can use and where each one runs",
  arguments: [],
  flags: [json],
  examples: [["models", "a table"], ["models --json", "the same for programs"]],
};

const test: CommandSpec = {
  name: "test",
  summary: "Check the connection to each backend and say what to do next",
  arguments: [{
    value: { kind: "text", name: "BACKEND" },
    optional: true,
    description: "Check only this one, also when it is disabled",
  }],
  flags: [],
  examples: [["test", "every enabled backend"], ["test cloud", "only the one called cloud"]],
};

const usage: CommandSpec = {
  name: "usage",
  summary: "Show how much was asked, of whom, and what it took in tokens",
  details: [
    "Tells the figures that the daemon keeps of each request (docs/USAGE.md). Where none runs they are read from its file.",
  ],
  arguments: [],
  flags: [
    {
      name: "since",
      value: { kind: "text", name: "TIME" },
      description: "From when on: how long ago, such as 24h, 7d or 4w, or a day such as 2026-01-05; 7d unless given",
    },
    json,
  ],
  examples: [["usage", "the last seven days"], ["usage --since 24h --json", "one day, for programs"]],
};

const chat: CommandSpec = {
  name: "chat",
  summary: "Talk to a model and see which backend answers",
  details: [
    "What comes through a pipe is the prompt, or follows it. On a terminal without a prompt a conversation begins: Ctrl-C stops an answer, Ctrl-D or /bye ends.",
  ],
  arguments: [
    { value: { kind: "text", name: "MODEL" }, optional: false, description: "Name of the model, as `models` lists it" },
    { value: { kind: "text", name: "PROMPT" }, optional: true, repeated: true, description: "What to say to it" },
  ],
  flags: [
    { name: "system", value: { kind: "text", name: "TEXT" }, description: "Instructions that precede the prompt" },
    { name: "backend", value: { kind: "text", name: "ID" }, description: "Ask this backend only" },
    { name: "thinking", description: "Show the model's thinking, on standard error" },
  ],
  examples: [
    ['chat llama3.2 "Why is the sky blue?"', "one answer"],
    ['chat llama3.2 "Summarise this:" < notes.txt', "a prompt and a file"],
    ["chat llama3.2", "a conversation"],
  ],
};

const config: CommandSpec = {
  name: "config",
  summary: "Find, show and check the configuration",
  arguments: [],
  flags: [],
  examples: [["config path", "where the file is"], ["config validate", "whether it can be used"]],
  subcommands: [
    {
      name: "path",
      summary: "Print where the configuration file is",
      arguments: [],
      flags: [{
        ...startedWith,
        description: "Print the whole path of this file, as a daemon started with it uses it",
      }],
      examples: [],
    },
    {
      name: "show",
      summary: "Print what the file comes to, every default filled in",
      details: [
        "What a running daemon was started with counts there as well: name its --config here; its other flags are not shown.",
      ],
      arguments: [configFile],
      flags: [startedWith],
      examples: [],
    },
    {
      name: "validate",
      summary: "Check a configuration file; its problems make the command fail",
      details: ["Of a secret that is not set here it only warns."],
      arguments: [configFile],
      flags: [startedWith],
      examples: [["config validate new.json", "check a file before it is used"]],
    },
    {
      name: "schema",
      summary: "Print the JSON Schema of the configuration",
      arguments: [],
      flags: [
        { name: "check", value: file, description: "Print nothing and fail when FILE is not this schema" },
        { name: "write", value: file, description: "Write it to FILE" },
      ],
      examples: [],
    },
  ],
};

const demo: CommandSpec = {
  name: "demo",
  summary: "Watch a failover, with nothing installed",
  details: [
    "Starts two small model servers and a broker of its own; your configuration and a running daemon are left alone.",
  ],
  arguments: [],
  flags: [{ name: "exit", description: "End after the last step: status 0, or 1 if a step failed" }],
  examples: [["demo", "stays up until Ctrl-C, to try by hand"]],
};

const completions: CommandSpec = {
  name: "completions",
  summary: "Print a script that completes commands in your shell",
  arguments: [{
    value: { kind: "choice", name: "SHELL", choices: ["bash", "zsh", "fish"] },
    optional: false,
    description: "The shell it is for",
  }],
  flags: [],
  examples: [
    ["completions bash > ~/.local/share/bash-completion/completions/cloudtolocalllm", "bash, for you"],
    ["completions zsh > ~/.zfunc/_cloudtolocalllm", "zsh, with ~/.zfunc in its fpath"],
    ["completions fish > ~/.config/fish/completions/cloudtolocalllm.fish", "fish"],
  ],
};

/** Every command, in the order of help. */
export const commands: readonly CommandSpec[] = [
  run,
  startSpec,
  stopSpec,
  restartSpec,
  status,
  logsSpec,
  modeCommand,
  pause,
  resume,
  settings,
  models,
  test,
  usage,
  chat,
  config,
  secretSpec,
  migrateSpec,
  autostartSpec,
  setupSpec,
  doctorSpec,
  demo,
  completions,
];

/** Commands that only the program itself calls: neither help nor completions tell of them. */
export const hiddenCommands: readonly CommandSpec[] = [
  { name: "tray-gtk", summary: "Serve the daemon with GTK", arguments: [], flags: [], examples: [] },
];

/** Taken by every command. */
export const helpFlag: FlagSpec = { name: "help", short: "h", description: "Print this help" };

/** Taken where no command is named. */
export const versionFlag: FlagSpec = { name: "version", short: "V", description: "Print the version" };

/** The command named by `path`, such as `["config", "show"]`. */
export function findCommand(path: readonly string[]): CommandSpec | undefined {
  let known: readonly CommandSpec[] | undefined = [...commands, ...hiddenCommands];
  let found: CommandSpec | undefined;
  for (const name of path) {
    found = known?.find((command) => command.name === name);
    known = found?.subcommands;
  }
  return found;
}
