import { assertEquals } from "@std/assert";
import { backendState, cloudInput } from "../../../tests/support/states.ts";
import type { AppState, BackendState } from "../../state/app_state.ts";
import type { HealthState } from "../../state/health_state.ts";
import { initialState, statusReport } from "../../state/status_report.ts";
import { trayModel } from "./tray_model.ts";

const now = new Date(2026, 4, 3, 14, 4).getTime();
const url = "http://127.0.0.1:11434";
const facts = { now: 50_000, uptimeMs: 0, listen: "http://127.0.0.1:11435", version: "1.2.3", pid: 42 };
const down: Partial<HealthState> = { reach: { kind: "down", reason: "connect_refused", passes: 0, checks: 1 } };
const refused: Partial<HealthState> = { reach: { kind: "misconfigured", reason: "http_401" } };
const failing: Partial<HealthState> = { reach: { kind: "up", failures: 1, reason: "http_404" } };
const unknown: Partial<HealthState> = { reach: { kind: "unknown" } };

const local = (health: Partial<HealthState> = {}) =>
  backendState({ url }, { health, latencyMs: 3.2, has: ["llama3.2", "qwen3"] });
const cloud = (health: Partial<HealthState> = {}) => backendState(cloudInput, { health, latencyMs: 118 });
const other = (id: string, health: Partial<HealthState> = {}) =>
  backendState({ id, kind: "openai", url: "http://10.0.0.7:8080/v1" }, { health });

const hour = { pause: { until: new Date(2026, 4, 3, 15, 4).getTime() }, mode: "local-only" } as const;
const paused = { pause: { until: null }, mode: "local-only" } as const;

const used = { month: "2026-05", endsAt: new Date(2026, 5, 1).getTime(), tokens: 5, estimated: 0, since: null };
const reached = { ...used, toldBefore: 0, cap: 5, atCap: "stop-cloud", isReached: true } as const;
const capped: Partial<AppState> = { cloudUse: reached, mode: "local-only", chosenMode: "cloud-first" };

function modelOf(backends: BackendState[], state: Partial<AppState> = {}) {
  const report = statusReport({ ...initialState(state.mode ?? "local-first"), backends, ...state }, facts);
  return trayModel(report, { colour: "light", version: "1.2.3", startsAtLogin: false, now });
}

const table: [name: string, BackendState[], Partial<AppState>, icon: string, title: string, tooltip: string][] = [
  [
    "the month's cap is reached",
    [local(), cloud()],
    capped,
    "paused",
    "cloud paused",
    "The month's cloud tokens are used up until 1 June; Ollama on this machine answers, 2 models, 3 ms",
  ],
  [
    "the month's cap is reached, and nothing answers",
    [local(down), cloud()],
    capped,
    "error",
    "nothing answers",
    "Nothing can answer while the month's cloud tokens are used up: Ollama is not running on 127.0.0.1:11434",
  ],
  [
    "a cap that only warns",
    [local(), cloud()],
    { cloudUse: { ...reached, atCap: "warn" } },
    "local",
    "local",
    "Ollama on this machine answers, 2 models, 3 ms",
  ],
  ["local answers", [local(), cloud()], {}, "local", "local", "Ollama on this machine answers, 2 models, 3 ms"],
  [
    "cloud answers",
    [local(), cloud()],
    { mode: "cloud-first" },
    "cloud",
    "cloud",
    "Your cloud answers, 1 model, 120 ms",
  ],
  [
    "local is down",
    [local(down), cloud()],
    {},
    "degraded",
    "degraded",
    "Your cloud answers for 1 of 2 models because Ollama is not running on 127.0.0.1:11434",
  ],
  [
    "local is down, and the cloud has all its models",
    [local(down), backendState({ ...cloudInput, models: { qwen3: "gpt-oss:120b" } }, { latencyMs: 118 })],
    {},
    "degraded",
    "degraded",
    "Your cloud answers because Ollama is not running on 127.0.0.1:11434",
  ],
  [
    "local is down, and the cloud has none of its models",
    [local(down), backendState(cloudInput, { latencyMs: 118, has: ["gpt-oss:120b"] })],
    {},
    "degraded",
    "degraded",
    "Ollama is not running on 127.0.0.1:11434, and your cloud has none of its models",
  ],
  [
    "local is down, and its models are not known",
    [backendState({ url }, { health: down, has: null }), cloud()],
    {},
    "degraded",
    "degraded",
    "Your cloud answers because Ollama is not running on 127.0.0.1:11434",
  ],
  [
    "the cloud refuses",
    [local(), cloud(refused)],
    { mode: "cloud-first" },
    "degraded",
    "degraded",
    "Ollama on this machine answers because cloud.invalid refuses the token",
  ],
  [
    "the first choice is not well",
    [local(failing), cloud()],
    {},
    "local",
    "local",
    "Ollama on this machine answers, but its health check fails: 127.0.0.1:11434 does not have that path or model",
  ],
  [
    "another one of the same place",
    [local(down), other("spare")],
    {},
    "degraded",
    "degraded",
    "The model server on 10.0.0.7:8080 (spare) answers because Ollama is not running on 127.0.0.1:11434",
  ],
  [
    "the first choice is not the first in the list",
    [backendState({ url, priority: 2 }), other("spare", down)],
    {},
    "degraded",
    "degraded",
    "Ollama on this machine (local) answers because the server is not running on 10.0.0.7:8080",
  ],
  [
    "the first choice is not checked yet",
    [local(unknown), cloud()],
    {},
    "degraded",
    "degraded",
    "Ollama on this machine is asked next, which has not been checked yet",
  ],
  [
    "nothing is checked yet",
    [local(unknown), cloud(unknown)],
    {},
    "idle",
    "not checked yet",
    "No model server has been checked yet",
  ],
  [
    "nothing answers",
    [local(down), cloud(down)],
    {},
    "error",
    "nothing answers",
    "Nothing can answer: Ollama is not running on 127.0.0.1:11434, and your cloud cannot be used either",
  ],
  [
    "nothing answers in the one place allowed",
    [local(down), cloud()],
    { mode: "local-only" },
    "error",
    "nothing answers",
    'Nothing can answer in mode "Local only": Ollama is not running on 127.0.0.1:11434',
  ],
  [
    "all are switched off",
    [backendState({ enabled: false })],
    {},
    "error",
    "nothing answers",
    "Nothing can answer: every model server is switched off",
  ],
  [
    "the mode forbids all",
    [local()],
    { mode: "cloud-only" },
    "error",
    "nothing answers",
    'Nothing can answer in mode "Cloud only": no cloud model server is set up',
  ],
  [
    "paused, and what is local is switched off",
    [backendState({ enabled: false }), cloud()],
    hour,
    "error",
    "nothing answers",
    "Nothing can answer while the cloud is paused until 15:04: local is switched off",
  ],
  [
    "paused, and all that is local is switched off",
    [backendState({ enabled: false }), backendState({ id: "spare", enabled: false }), cloud()],
    hour,
    "error",
    "nothing answers",
    "Nothing can answer while the cloud is paused until 15:04: the local model servers are switched off",
  ],
  [
    "nothing of several answers",
    [local(down), other("spare", down), cloud(down)],
    {},
    "error",
    "nothing answers",
    "Nothing can answer: Ollama is not running on 127.0.0.1:11434, and 2 others cannot be used either",
  ],
  [
    "nothing is set up",
    [],
    {},
    "error",
    "nothing answers",
    "No model server is set up yet: open the settings to add one",
  ],
  [
    "paused for an hour",
    [local(), cloud()],
    hour,
    "paused",
    "cloud paused",
    "The cloud is paused until 15:04; Ollama on this machine answers, 2 models, 3 ms",
  ],
  [
    "paused, and one of two is down",
    [local(down), other("spare"), cloud()],
    paused,
    "paused",
    "cloud paused",
    "The cloud is paused; the model server on 10.0.0.7:8080 (spare) answers because Ollama is not running on 127.0.0.1:11434",
  ],
  [
    "paused, not checked yet",
    [local(unknown), cloud()],
    paused,
    "paused",
    "cloud paused",
    "The cloud is paused; no model server has been checked yet",
  ],
  [
    "paused, and nothing answers",
    [local(down), cloud()],
    hour,
    "error",
    "nothing answers",
    "Nothing can answer while the cloud is paused until 15:04: Ollama is not running on 127.0.0.1:11434",
  ],
];

Deno.test("trayModel() shows the app's words below the truth, and goes by nothing that the app says", () => {
  const app = { clients: 1, authenticated: true, icon: "error", reported: null, canLaunch: false } as const;
  const [, backends, state, icon, title, tooltip] = table[0];
  const model = modelOf(backends, { ...state, app: { ...app, tooltip: "<b>All\nis lost" } });
  assertEquals([model.icon, model.title], [icon, `CloudToLocalLLM: ${title}`]);
  assertEquals(model.tooltip, `${tooltip}\n‹b›All is lost`);
});

for (const [name, backends, state, icon, title, tooltip] of table) {
  Deno.test(`trayModel() tells what is so: ${name}`, () => {
    const model = modelOf(backends, state);
    assertEquals([model.icon, model.title, model.tooltip], [icon, `CloudToLocalLLM: ${title}`, tooltip]);
  });
}
