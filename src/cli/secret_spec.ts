import type { ArgumentSpec, CommandSpec } from "./command_spec.ts";

const secretName: ArgumentSpec = {
  value: { kind: "text", name: "NAME" },
  optional: false,
  description: 'Its name, as "secret" or "clientKey" of the configuration has it',
};

/** What `secret` is called with. None of its words is repeated when it is not understood. */
export const secretSpec: CommandSpec = {
  name: "secret",
  summary: "Keep the tokens of backends, and the key of programs",
  details: [
    "They are kept in your desktop's keyring, else, if you agree, in a file. Environment variables CLOUDTOLOCALLLM_SECRET_<NAME> override both. A running daemon uses what you set at once.",
  ],
  arguments: [],
  flags: [],
  refusal: "secret needs one of: set, clear, list",
  examples: [["secret set cloud", "asks for the token"], ["secret list", "what is set, and where it is kept"]],
  subcommands: [
    {
      name: "set",
      summary: "Keep a secret",
      details: ["The value is asked for without showing it, or read from standard input; it is never an argument."],
      arguments: [secretName],
      flags: [{
        name: "insecure-file",
        description: "Agree to a file that is not encrypted, where there is no keyring to use",
      }],
      refusal:
        "secret set takes NAME only, never the value. If what you typed was a token, other programs could see it, and your shell may keep it in its history: get a new one from its service, and remove that line",
      examples: [
        ["secret set cloud", "asks for the token"],
        ["secret set cloud < token.txt", "reads it from a file"],
      ],
    },
    {
      name: "clear",
      summary: "Forget a secret, wherever it is kept",
      arguments: [secretName],
      flags: [],
      refusal: "secret clear takes NAME only",
      examples: [],
    },
    {
      name: "list",
      summary: "Say which secrets are needed or kept, where, and what is wrong; never a value",
      arguments: [],
      flags: [{ name: "json", description: "Print JSON, for programs" }],
      refusal: "secret list takes no argument",
      examples: [],
    },
  ],
};
