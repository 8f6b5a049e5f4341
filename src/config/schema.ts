import * as v from "valibot";
import { routeModes } from "../core/types.ts";
import { DesktopApp } from "./app_schema.ts";
import { Desktop } from "./desktop_schema.ts";
import { LogOptions } from "./log_schema.ts";
import { looksLikeToken } from "./looks_secret.ts";
import { UsageOptions } from "./usage_schema.ts";
import { namePattern } from "./secret_name.ts";
import { Limits, Privacy } from "./policy_schema.ts";

/** Every option with its default and its description: the one source of validation, JSON Schema and documentation. */

const milliseconds = (least: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(86_400_000), v.description(description));

const count = (least: number, most: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(description));

const name = v.regex(
  namePattern,
  "must be 1-64 letters, digits, - or _, beginning with a letter or digit",
);

const identifier = (description: string) => v.pipe(v.string(), name, v.description(description));

const secretName = (description: string) =>
  v.pipe(
    v.string(),
    name,
    v.check(
      (text) => !looksLikeToken(text),
      "must be a name you choose for the token, not the token itself, which `secret set NAME` keeps",
    ),
    v.description(description),
  );

const backendUrl = "must be an http or https URL without user, password, query or fragment";

const Timeouts = v.strictObject({
  firstByteMs: v.optional(
    v.nullable(milliseconds(
      10,
      "How long the first byte of an answer may take while the backend is otherwise healthy, in ms; model loading counts. null: 5 minutes for a local backend, 1 minute for a cloud one.",
    )),
    null,
  ),
  answerMs: v.optional(
    milliseconds(10, "How long a whole answer (not streamed) may take while the backend is otherwise healthy, in ms."),
    600_000,
  ),
  idleMs: v.optional(
    milliseconds(
      10,
      "How long a started stream may pause before it counts as stalled, in ms; keep-alive comments do not count.",
    ),
    120_000,
  ),
  probeMs: v.optional(milliseconds(10, "How long one health check may take, in ms."), 3_000),
});

const Backend = v.strictObject({
  id: identifier("Name of the backend in answers, logs and commands."),
  kind: v.pipe(
    v.picklist(["ollama", "openai", "cloudtolocalllm"]),
    v.description(
      "What the backend speaks: ollama (Ollama and Ollama Cloud), openai (any OpenAI-compatible server) or cloudtolocalllm (the CloudToLocalLLM cloud proxy).",
    ),
  ),
  url: v.pipe(
    v.string(),
    v.regex(/^https?:\/\/[^\s\/?#@\\]+(\/[^\s?#@\\]*)?$/, backendUrl),
    v.check((text) => URL.canParse(text), backendUrl),
    v.description("Root of the server for ollama and cloudtolocalllm; the base with /v1 for openai."),
  ),
  location: v.pipe(
    v.picklist(["local", "cloud"]),
    v.description("local: costs nothing and stays on your machines. cloud: leaves them."),
  ),
  priority: v.optional(count(1, 1000, "Order among backends of one location; 1 is asked first."), 1),
  enabled: v.optional(v.pipe(v.boolean(), v.description("Whether the backend is used at all.")), true),
  secret: v.optional(
    v.nullable(secretName(
      "Name of the backend's token; its value comes from the environment (CLOUDTOLOCALLLM_SECRET_<NAME>) or from `secret set NAME`. null: no token.",
    )),
    null,
  ),
  models: v.optional(
    v.pipe(
      v.record(v.pipe(v.string(), v.minLength(1)), v.pipe(v.string(), v.minLength(1))),
      v.description("Names that programs use, each with the model's name at this backend."),
    ),
    {},
  ),
  maxConcurrent: v.optional(
    count(0, 10_000, "How many requests the backend gets at once; more go to the next backend or wait. 0: no limit."),
    0,
  ),
  timeouts: v.optional(v.pipe(Timeouts, v.description("Patience with this backend.")), {}),
});

const webOrigin =
  "must be an origin such as https://chat.example or https://*.chat.example, for * alone would let every web page in";

const Listen = v.strictObject({
  host: v.optional(
    v.pipe(v.string(), v.minLength(1), v.description("Address to listen on. Beyond loopback a clientKey is demanded.")),
    "127.0.0.1",
  ),
  port: v.optional(count(0, 65_535, "Port to listen on. 0: a free one."), 11_435),
  clientKey: v.optional(
    v.nullable(secretName(
      "Name of the key that programs must send as bearer token; its value comes from where tokens do. null: none is asked, which only loopback allows.",
    )),
    null,
  ),
  allowedHosts: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), v.minLength(1))),
      v.description(
        "Host names, beside localhost and addresses of this machine, under which programs may reach the broker.",
      ),
    ),
    [],
  ),
  allowedOrigins: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s\/?#@\\]+$/, webOrigin))),
      v.description(
        "Web origins, beside localhost and desktop apps, whose pages may use the broker, such as https://chat.example. * in a name stands for any part of it.",
      ),
    ),
    [],
  ),
  maxHeaderBytes: v.optional(
    count(
      1_024,
      65_000,
      "Largest header of a request in bytes; above 65,000 the runtime itself refuses it, with an empty 400.",
    ),
    32_768,
  ),
  maxBodyBytes: v.optional(
    count(1_024, 1_073_741_824, "Largest body of a model request in bytes; uploads of model files are not limited."),
    134_217_728,
  ),
  readStallMs: v.optional(
    milliseconds(
      10,
      "How long the body of a request may pause, in ms; one of at most 256 KiB must be whole within that. The request is then refused with 408.",
    ),
    60_000,
  ),
  writeStallMs: v.optional(
    milliseconds(
      10,
      "How long a program may read nothing of a streamed answer whose backend has a maxConcurrent, in ms. The answer is then cancelled, so that others get their turn.",
    ),
    300_000,
  ),
});

const Route = v.strictObject({
  mode: v.optional(
    v.pipe(
      v.picklist(routeModes),
      v.description(
        "local-first and cloud-first ask the other side when the first fails; local-only and cloud-only never do; fastest asks whoever gave first bytes soonest.",
      ),
    ),
    "local-first",
  ),
  metered: v.optional(
    v.pipe(
      v.picklist(["ignore", "local-first"]),
      v.description(
        "On a metered connection: local-first asks local backends first, whatever the mode prefers; ignore changes nothing. The -only modes stay as they are.",
      ),
    ),
    "local-first",
  ),
  onBattery: v.optional(
    v.pipe(
      v.picklist(["ignore", "local-first", "cloud-first"]),
      v.description(
        "On battery: cloud-first spares it, local-first stays on the machine, ignore changes nothing. The -only modes stay as they are, and metered wins.",
      ),
    ),
    "ignore",
  ),
  suspectAfterMs: v.optional(
    milliseconds(10, "How long to wait for a first byte before the backend's health is asked in parallel, in ms."),
    2_000,
  ),
  budgetMs: v.optional(
    milliseconds(100, "How long all attempts of one request may take until the first byte, in ms."),
    900_000,
  ),
  rounds: v.optional(count(1, 10, "How many times the list of backends is tried before the request fails."), 2),
  backoffMs: v.optional(
    milliseconds(0, "Pause before the second round, in ms; doubles with each round, with jitter."),
    250,
  ),
  replayBytes: v.optional(
    count(
      0,
      1_073_741_824,
      "Largest request body that is kept for another attempt, in bytes; a larger one has no failover.",
    ),
    16_777_216,
  ),
  queueMs: v.optional(
    milliseconds(0, "How long a request may wait when every backend is at its maxConcurrent, in ms."),
    30_000,
  ),
  maxQueued: v.optional(count(0, 100_000, "How many requests may wait so; more are refused."), 256),
});

const Breaker = v.strictObject({
  failures: v.optional(count(1, 100, "Failures in a row that eject a backend or a model of it."), 3),
  ejectMs: v.optional(milliseconds(10, "First ejection in ms; it doubles with each ejection in a row."), 5_000),
  maxEjectMs: v.optional(milliseconds(10, "Longest ejection in ms."), 300_000),
  forgetMs: v.optional(milliseconds(10, "After how long without a new one failures are forgotten, in ms."), 60_000),
});

const Health = v.strictObject({
  upIntervalMs: v.optional(milliseconds(10, "Pause between checks of a backend that is up, in ms."), 10_000),
  idleCloudIntervalMs: v.optional(
    milliseconds(10, "Pause between checks of a cloud backend that is up and was not used since the last one, in ms."),
    300_000,
  ),
  downIntervalMs: v.optional(milliseconds(10, "First pause between checks of a backend that is down, in ms."), 2_000),
  maxDownIntervalMs: v.optional(
    milliseconds(
      10,
      "Longest pause between checks of a backend that is down, in ms; one on this machine is asked every 6 s.",
    ),
    30_000,
  ),
  threshold: v.optional(
    count(1, 20, "Checks in a row that must agree before a backend changes between up and down."),
    3,
  ),
});

/** What a configuration that names no backends has, as a person would write it. */
export const defaultBackends: v.InferInput<typeof Backend>[] = [
  { id: "local", kind: "ollama", url: "http://127.0.0.1:11434", location: "local" },
  { id: "cloud", kind: "ollama", url: "https://ollama.com", location: "cloud", enabled: false, secret: "cloud" },
];

export const ConfigSchema = v.strictObject({
  $schema: v.optional(v.pipe(v.string(), v.description("Where an editor finds this schema."))),
  version: v.pipe(v.literal(1), v.description("Version of this file's shape.")),
  listen: v.optional(v.pipe(Listen, v.description("Where and by whom the broker is reached.")), {}),
  route: v.optional(v.pipe(Route, v.description("Which backend answers, and for how long others are tried.")), {}),
  privacy: v.optional(v.pipe(Privacy, v.description("What never leaves this machine.")), {}),
  limits: v.optional(v.pipe(Limits, v.description("How much clouds may be used.")), {}),
  breaker: v.optional(v.pipe(Breaker, v.description("When a failing backend is left alone, and for how long.")), {}),
  health: v.optional(v.pipe(Health, v.description("How often backends are checked.")), {}),
  desktop: v.optional(v.pipe(Desktop, v.description("What is seen of the daemon on the desktop.")), {}),
  app: v.optional(v.pipe(DesktopApp, v.description("The connection of the desktop app: see APPLINK.md.")), {}),
  usage: v.optional(v.pipe(UsageOptions, v.description("The record of use: see USAGE.md.")), {}),
  log: v.optional(
    v.pipe(LogOptions, v.description("What is logged, to standard error and to files: see LOGS.md.")),
    {},
  ),
  shutdownGraceMs: v.optional(
    milliseconds(0, "How long running answers may go on after the daemon was told to stop, in ms."),
    10_000,
  ),
  backends: v.optional(
    v.pipe(
      v.array(Backend),
      v.description("The model servers, local and cloud."),
    ),
    () => structuredClone(defaultBackends),
  ),
});

/** The whole configuration, every default filled in. */
export type Config = v.InferOutput<typeof ConfigSchema>;
/** The configuration as a person may write it. */
export type ConfigInput = v.InferInput<typeof ConfigSchema>;
/** What the user set for one backend. */
export type BackendConfig = Config["backends"][number];
