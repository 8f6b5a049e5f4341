import type { Config, ConfigInput } from "../../config/schema.ts";
import { defaultBackends } from "../../config/schema.ts";
import type { Field } from "../form/field.ts";
import type { FormTarget } from "../form/save_form.ts";

const kinds = [
  ["ollama", "Ollama"],
  ["openai", "OpenAI-compatible"],
  ["cloudtolocalllm", "CloudToLocalLLM proxy"],
] as const;

const locations = [
  ["local", "On my machines: costs nothing"],
  ["cloud", "In the cloud: requests leave my machines"],
] as const;

export const idField: Field = {
  keys: ["id"],
  label: "Name",
  help: "Short, without blanks: it stands in answers, logs and commands.",
  input: { kind: "text" },
};

/** What every connection has. */
export const connectionFields: readonly Field[] = [
  { keys: ["kind"], label: "It speaks", input: { kind: "choice", options: kinds } },
  {
    keys: ["url"],
    label: "Address",
    help: "The root of an Ollama or of the cloud proxy; for an OpenAI-compatible server the address with /v1.",
    input: { kind: "text", type: "url", placeholder: "http://127.0.0.1:11434" },
  },
  { keys: ["location"], label: "Where it is", input: { kind: "choice", options: locations } },
];

/** What few people change. */
export const advancedFields: readonly Field[] = [
  {
    keys: ["maxConcurrent"],
    label: "Requests at once",
    help: "More go to the next connection or wait. 0: no limit.",
    input: { kind: "number" },
  },
  {
    keys: ["timeouts", "firstByteMs"],
    label: "Patience with the first words of an answer",
    help: "Loading a model counts. Empty: 5 minutes on your machines, 1 minute in the cloud.",
    input: { kind: "number", unit: "ms", emptyMeans: "automatic" },
  },
  {
    keys: ["timeouts", "idleMs"],
    label: "Patience with a pause in an answer",
    input: { kind: "number", unit: "ms" },
  },
  {
    keys: ["timeouts", "answerMs"],
    label: "Patience with a whole answer that is not streamed",
    input: { kind: "number", unit: "ms" },
  },
  {
    keys: ["secret"],
    label: "Name of the token",
    help: "Connections that name the same token share it. Empty: no token.",
    input: { kind: "text" },
  },
];

export const allFields: readonly Field[] = [...connectionFields, ...advancedFields];

/** The backend called `id`, as a form's target. */
export function backendTarget(id: string): FormTarget {
  return {
    find: (config: Config) => config.backends.find((backend) => backend.id === id),
    open(draft: ConfigInput) {
      const backend = openBackends(draft).find((one) => one.id === id);
      if (!backend) throw new Error(`No connection is called "${id}" any more`);
      return backend;
    },
    prefix: (config: Config) => `backends[${config.backends.findIndex((backend) => backend.id === id)}].`,
  };
}

/** The backends of a draft: a file without any means the defaults, and to change one of them all must be written. */
export function openBackends(draft: ConfigInput): NonNullable<ConfigInput["backends"]> {
  return draft.backends ??= structuredClone(defaultBackends);
}
