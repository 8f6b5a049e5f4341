import type { Field } from "../form/field.ts";

/** What stays on this machine. */
export const rules: readonly Field[] = [
  {
    keys: ["privacy", "localModels"],
    label: "Models that never leave this machine",
    help: "One a line. llama3.2 is llama3.2:latest, llama3.2:* every tag of it; * stands for any part of a name.",
    input: { kind: "lines", placeholder: "llama3.2:*" },
  },
  {
    keys: ["privacy", "localApps"],
    label: "Programs that never leave this machine",
    help: "One a line, by the name that they give themselves in their User-Agent. Nothing makes a program tell the " +
      "truth about its name.",
    input: { kind: "lines", placeholder: "open-webui" },
  },
];

/** How much the cloud may be used. */
export const limits: readonly Field[] = [
  {
    keys: ["limits", "monthlyCloudTokens"],
    label: "Tokens that clouds may use in a month",
    help: "Of questions and answers together, by the calendar here. Empty: no cap.",
    input: { kind: "number", unit: "tokens", emptyMeans: "no cap" },
  },
  {
    keys: ["limits", "atCap"],
    label: "When that is reached",
    input: {
      kind: "choice",
      options: [["stop-cloud", "Stop the cloud until the month ends"], ["warn", "Tell me, and go on"]],
    },
  },
];

/** What the machine's surroundings change. */
export const surroundings: readonly Field[] = [
  {
    keys: ["route", "metered"],
    label: "On a metered connection",
    help: "Such as a phone's. Local only and cloud only stay as they are.",
    input: { kind: "choice", options: [["local-first", "Ask local models first"], ["ignore", "Change nothing"]] },
  },
  {
    keys: ["route", "onBattery"],
    label: "On battery",
    help: "Local models take much power. Local only and cloud only stay as they are; a metered connection counts more.",
    input: {
      kind: "choice",
      options: [
        ["ignore", "Change nothing"],
        ["local-first", "Ask local models first"],
        ["cloud-first", "Ask the cloud first, to spare the battery"],
      ],
    },
  },
];

/** What is remembered of requests. */
export const record: readonly Field[] = [
  {
    keys: ["usage", "record"],
    label: "Keep a record of use",
    help:
      "When, which program, which model, who answered, how fast, how many tokens. Never what was asked or answered.",
    input: { kind: "switch" },
  },
  {
    keys: ["usage", "keepDays"],
    label: "Keep it for",
    help: "Older requests are deleted.",
    input: { kind: "number", unit: "days", emptyMeans: "90" },
  },
];
