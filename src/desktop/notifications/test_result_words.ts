import type { ConnectionTest } from "../../state/connection_report.ts";
import type { BackendStatus, StatusReport } from "../../state/status.ts";
import { countOf, latencyText, nameOf } from "../tray/tray_words.ts";

/** A backend with the result of its connection test. */
export interface TestedBackend {
  backend: BackendStatus;
  test: ConnectionTest;
}

/** How a test that the user asked for went, as a notification says it. At least one was tested. */
export function testResultWords(
  tested: readonly TestedBackend[],
  report: Pick<StatusReport, "backends">,
): { summary: string; body: string } {
  const [{ backend, test }] = tested;
  if (tested.length === 1) {
    const works = test.ok ? "works" : "does not work";
    return { summary: `${nameOf(backend, report)} ${works}`, body: finding(tested[0]) };
  }
  const passed = tested.filter(({ test: { ok } }) => ok).length;
  const body = tested.map((one) => `${nameOf(one.backend, report)}: ${finding(one)}`).join("\n");
  return { summary: countText(passed, tested.length), body };
}

function countText(passed: number, all: number): string {
  if (passed === 0) return "No model server works";
  if (passed === all) return `All ${all} model servers work`;
  return `${passed} of ${all} model servers ${passed === 1 ? "works" : "work"}`;
}

/** `3 models, 4 ms`; of a test that failed why, and what to do. */
function finding({ backend: { models, latencyMs }, test: { steps } }: TestedBackend): string {
  const failed = steps.find(({ ok }) => !ok);
  if (failed) return failed.advice === null ? `${failed.detail}.` : `${failed.detail}. ${failed.advice}.`;
  return `${countOf(models.length, "model")}${latencyMs === null ? "" : `, ${latencyText(latencyMs)}`}.`;
}
