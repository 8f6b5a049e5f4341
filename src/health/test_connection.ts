import { LinkedAbort } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import { BackendFailure, messageOf } from "../core/errors.ts";
import type { Backend, ProbeResult } from "../broker/backend.ts";
import { sameModel } from "../protocol/model_names.ts";
import { describeFailure } from "../state/describe_failure.ts";
import type { ConnectionTest, TestStep } from "../state/connection_report.ts";
import { adviceFor } from "./advice.ts";

/** Patience of a person who waits for the result, in ms. */
const stepWithinMs = 10_000;

export interface TestConnectionOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Told each step as soon as it is over. */
  onStep?: (step: TestStep) => void;
  /** Takes secrets out of a text: a server's words may repeat its token. Default: leaves it. */
  redact?: (text: string) => string;
}

/** Tries a backend step by step, up to the first that fails. Changes nothing and loads no model. */
export async function testConnection(backend: Backend, options: TestConnectionOptions): Promise<ConnectionTest> {
  const { onStep = () => {}, redact = (text) => text } = options;
  const steps: TestStep[] = [];
  const add = (step: TestStep) => {
    const told = { ...step, detail: redact(step.detail) };
    steps.push(told);
    onStep(told);
  };
  const reached = await step(backend, "Reach the server", options, async (signal) => {
    await backend.ping(signal);
    return { detail: `${backend.config.url} answers`, value: true };
  });
  add(reached.step);
  if (reached.value) await listModels(backend, { ...options, add });
  return { backend: backend.config.id, ok: steps.every(({ ok }) => ok), steps };
}

async function listModels(
  backend: Backend,
  { add, ...options }: TestConnectionOptions & { add: (step: TestStep) => void },
): Promise<void> {
  const listed = await step(backend, "List the models", options, async (signal) => {
    const result = await backend.probe(signal);
    const version = result.version ? `version ${result.version}, ` : "";
    return { detail: `${version}${result.models.length} models, ${result.warm.length} loaded`, value: result };
  });
  add(listed.step);
  if (listed.value) modelSteps(backend, listed.value).forEach(add);
}

async function step<T>(
  backend: Backend,
  name: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
  run: (signal: AbortSignal) => Promise<{ detail: string; value: T }>,
): Promise<{ step: TestStep; value?: T }> {
  const since = clock.monotonic();
  const late = () => {
    const failure = { backend: backend.config.id, phase: "headers", reason: "unresponsive" } as const;
    return new BackendFailure(`No answer within ${stepWithinMs / 1000} s`, failure);
  };
  using limit = new LinkedAbort(signal).abortAfter(stepWithinMs, { clock, reason: late });
  try {
    const { detail, value } = await run(limit.signal);
    return { step: { name, ok: true, detail, durationMs: clock.monotonic() - since, advice: null }, value };
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = error instanceof BackendFailure ? error.reason : "malformed";
    const detail = error instanceof BackendFailure ? describeFailure(backend.config, reason) : messageOf(error);
    const advice = adviceFor(backend.config, reason);
    return { step: { name, ok: false, detail, durationMs: clock.monotonic() - since, advice, reason } };
  }
}

function modelSteps(backend: Backend, result: ProbeResult): TestStep[] {
  const { id, kind, models } = backend.config;
  if (result.models.length === 0) {
    const advice = kind === "ollama" ? "Get one: ollama pull llama3.2" : "See in its settings which models it offers";
    return [{ name: "Find a model", ok: false, detail: `${id} has no models`, durationMs: 0, advice }];
  }
  const missing = Object.entries(models).filter(([, target]) =>
    !result.models.some(({ name }) => sameModel(name, target))
  );
  if (missing.length === 0) return [];
  const names = missing.map(([name, target]) => `${name} → ${target}`).join(", ");
  const advice = `Correct backends[].models of ${id} in the configuration`;
  const detail = `Mapped to models that it does not list: ${names}`;
  return [{ name: "Find the mapped models", ok: false, detail, durationMs: 0, advice }];
}
