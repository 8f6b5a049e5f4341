import { parseConfig } from "../../src/config/parse_config.ts";
import type { BackendConfig, Config, ConfigInput } from "../../src/config/schema.ts";
import type { BackendState, ModelInfo } from "../../src/state/app_state.ts";
import { type HealthState, initialHealth } from "../../src/state/health_state.ts";
import type { CloudUseStatus } from "../../src/state/status.ts";
import type { BackendInput } from "./broker_fixture.ts";

/** A whole configuration, defaults filled in as the daemon does. */
export function configOf(input: Omit<ConfigInput, "version"> = {}): Config {
  const result = parseConfig({ version: 1, ...input });
  if (!result.ok) throw new Error(`The test's configuration is wrong: ${JSON.stringify(result.problems)}`);
  return result.config;
}

/** The settings of one backend: a local Ollama called `local` unless told otherwise. */
export function backendConfig(input: Partial<BackendInput> = {}): BackendConfig {
  const { id = "local" } = input;
  return configOf({
    backends: [{ id, kind: "ollama", url: `http://${id}.invalid:11434`, location: "local", ...input }],
  }).backends[0];
}

export const cloudInput = { id: "cloud", kind: "openai", url: "https://cloud.invalid/v1", location: "cloud" } as const;

/** What is known of a backend: up, with the models named, unless told otherwise. `models: null`: never listed. */
export function backendState(
  input: Partial<BackendInput> = {},
  seen: Partial<Omit<BackendState, "models" | "health">> & {
    health?: Partial<HealthState>;
    has?: readonly (string | ModelInfo)[] | null;
  } = {},
): BackendState {
  const { has = ["llama3.2"], health, ...rest } = seen;
  return {
    config: backendConfig(input),
    health: { ...initialHealth, reach: { kind: "up", failures: 0 }, ...health },
    models: has?.map((model) => typeof model === "string" ? { name: model } : model),
    warm: [],
    version: undefined,
    latencyMs: undefined,
    firstByteMs: undefined,
    inFlight: 0,
    ...rest,
  };
}

/** A month in which no cloud was used, without a cap, as the status shows it. */
export const noCloudUse: CloudUseStatus = {
  month: "2026-05",
  endsAt: new Date(2026, 5, 1).toISOString(),
  tokens: 0,
  estimated: 0,
  since: null,
  cap: null,
  atCap: "stop-cloud",
  isReached: false,
};
