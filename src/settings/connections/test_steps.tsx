import type { ConnectionTest, TestStep } from "../../state/connection_report.ts";

/** One step of a connection test, with what to do where it failed. */
export function StepItem({ step }: { step: TestStep }) {
  return (
    <li class={`step ${step.ok ? "ok" : "failed"}`}>
      <span class="mark" aria-hidden="true">{step.ok ? "✓" : "✗"}</span>
      <span>
        <strong>{step.name}</strong>
        <span class="visually-hidden">{step.ok ? " went well:" : " failed:"}</span> {step.detail}
        <span class="muted">{` (${Math.round(step.durationMs)} ms)`}</span>
        {step.advice && <span class="advice">{step.advice}.</span>}
      </span>
    </li>
  );
}

/** What a test came to. */
export function Verdict({ ok }: { ok: boolean }) {
  return (
    <p class={`verdict ${ok ? "ok" : "failed"}`}>
      {ok ? "This connection works." : "This connection does not work yet."}
    </p>
  );
}

/** All of a test, as a page without script shows it. */
export function TestResult({ test }: { test: ConnectionTest }) {
  return (
    <div class="card" role="status">
      <h2>Test of {test.backend}</h2>
      <ol class="steps">{test.steps.map((step) => <StepItem step={step} />)}</ol>
      <Verdict ok={test.ok} />
    </div>
  );
}
