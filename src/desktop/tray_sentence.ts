import type { BackendStatus, StatusReport } from "../state/status.ts";
import { activeBackend, isUnchecked } from "./tray_icon.ts";
import { capitalized, continued, countOf, latencyText, modeNames, nameOf, timeText } from "./tray_words.ts";

/** What there is to say about the machine now, in one sentence. Its parts are not made safe to show yet. */
export function traySentence(report: StatusReport, now: number): string {
  const { backends, state } = report;
  if (backends.length === 0) return "No model server is set up yet: open the settings to add one";
  if (state === "down") return `Nothing can answer${circumstance(report, now)}: ${whyNothing(report)}`;
  const says = isUnchecked(report) ? "no model server has been checked yet" : answers(report);
  if (report.pause) return `The cloud is paused${untilWhen(report.pause, now)}; ${continued(says)}`;
  return capitalized(says);
}

/** ` until 15:04`, or nothing where only the user ends the pause. */
export function untilWhen({ until }: { until: string | null }, now: number): string {
  return until === null ? "" : ` until ${timeText(Date.parse(until), now)}`;
}

function circumstance({ pause, mode }: StatusReport, now: number): string {
  if (pause) return ` while the cloud is paused${untilWhen(pause, now)}`;
  return mode === "local-only" || mode === "cloud-only" ? ` in mode "${modeNames[mode]}"` : "";
}

function whyNothing(report: StatusReport): string {
  const [first, ...others] = used(report);
  if (!first) {
    const isOff = report.backends.every(({ enabled }) => !enabled);
    return isOff ? "every model server is switched off" : "no model server may be used then";
  }
  const reason = continued(first.reason ?? "it is down");
  return others.length === 0 ? reason : `${reason}, and ${countOf(others.length, "other")} cannot be used either`;
}

function answers(report: StatusReport): string {
  const active = activeBackend(report);
  if (!active) return "something answers";
  const name = nameOf(active, report);
  if (active.health === "unknown") return `${name} is asked next, which has not been checked yet`;
  const missing = report.state === "degraded" &&
    used(report).find(({ id, health }) => id !== active.id && health !== "up");
  if (missing) return `${name} answers because ${because(missing, report)}`;
  return active.reason === null
    ? `${name} answers${figures(active)}`
    : `${name} answers, but ${continued(active.reason)}`;
}

function because(missing: BackendStatus, report: StatusReport): string {
  if (missing.health === "unknown") return `${continued(nameOf(missing, report))} has not been checked yet`;
  return continued(missing.reason ?? `${nameOf(missing, report)} does not answer`);
}

function figures({ models, latencyMs }: BackendStatus): string {
  return `, ${countOf(models.length, "model")}${latencyMs === null ? "" : `, ${latencyText(latencyMs)}`}`;
}

/** The backends in use, those of the place that is asked first before the others. */
function used({ backends, mode }: StatusReport): BackendStatus[] {
  const preferred = mode === "cloud-first" || mode === "cloud-only" ? "cloud" : "local";
  const inUse = backends.filter(({ health }) => health !== "disabled");
  return [
    ...inUse.filter(({ location }) => location === preferred),
    ...inUse.filter((one) => one.location !== preferred),
  ];
}
