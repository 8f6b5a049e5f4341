import { backendsInUse, missedBackend } from "../../core/backends_in_use.ts";
import { dayText } from "../../core/calendar_month.ts";
import { modelCoverage } from "../../core/model_coverage.ts";
import { timeText } from "../../core/time_of_day.ts";
import type { BackendStatus, StatusReport } from "../../state/status.ts";
import { plainLine } from "../plain_line.ts";
import { activeBackend, isUnchecked } from "./tray_icon.ts";
import {
  capitalized,
  continued,
  countOf,
  isCloudStopped,
  latencyText,
  longestId,
  modeNames,
  nameOf,
} from "./tray_words.ts";

/** What there is to say about the machine now, in one sentence. Its parts are not made safe to show yet. */
export function traySentence(report: StatusReport, now: number): string {
  const { backends, state } = report;
  if (backends.length === 0) return "No model server is set up yet: open the settings to add one";
  if (state === "down") return `Nothing can answer${circumstance(report, now)}: ${whyNothing(report)}`;
  const says = isUnchecked(report) ? "no model server has been checked yet" : answers(report);
  if (report.pause) return `The cloud is paused${untilWhen(report.pause, now)}; ${continued(says)}`;
  if (isCloudStopped(report)) return `${capSentence(report.cloudUse)}; ${continued(says)}`;
  return capitalized(says);
}

/** That the month's cap is reached. */
function capSentence({ endsAt }: StatusReport["cloudUse"]): string {
  return `The month's cloud tokens are used up until ${dayText(Date.parse(endsAt))}`;
}

/** ` until 15:04`, or nothing where only the user ends the pause. */
export function untilWhen({ until }: { until: string | null }, now: number): string {
  return until === null ? "" : ` until ${timeText(Date.parse(until), now)}`;
}

function circumstance(report: StatusReport, now: number): string {
  const { pause, mode } = report;
  if (pause) return ` while the cloud is paused${untilWhen(pause, now)}`;
  if (isCloudStopped(report)) return " while the month's cloud tokens are used up";
  return mode === "local-only" || mode === "cloud-only" ? ` in mode "${modeNames[mode]}"` : "";
}

function whyNothing(report: StatusReport): string {
  const [first, ...others] = backendsInUse(report);
  if (!first) return whyNoneInUse(report);
  const reason = continued(first.reason ?? "it is down");
  if (others.length === 0) return reason;
  const them = others.length === 1 ? continued(nameOf(others[0], report)) : `${others.length} others`;
  return `${reason}, and ${them} cannot be used either`;
}

function whyNoneInUse({ backends, mode }: StatusReport): string {
  if (backends.every(({ enabled }) => !enabled)) return "every model server is switched off";
  const place = mode === "cloud-only" ? "cloud" : "local";
  const ids = backends.filter(({ location }) => location === place).map(({ id }) => plainLine(id, longestId));
  if (ids.length === 0) return `no ${place} model server is set up`;
  return ids.length === 1 ? `${ids[0]} is switched off` : `the ${place} model servers are switched off`;
}

/** What the user can do where who answers lacks models of the one that it stands in for. */
export function standInAdvice(report: StatusReport): string | undefined {
  const active = activeBackend(report);
  const missed = missedBackend(report);
  const coverage = active && missed && modelCoverage(missed, active);
  if (!coverage || coverage.has === coverage.of) return undefined;
  return `Name models that stand in: "models" of ${plainLine(active.id, longestId)}, see docs/CONFIGURATION.md`;
}

function answers(report: StatusReport): string {
  const active = activeBackend(report);
  if (!active) return "something answers";
  const name = nameOf(active, report);
  if (active.health === "unknown") return `${name} is asked next, which has not been checked yet`;
  const missed = missedBackend(report);
  if (missed) return standsIn(active, missed, report);
  return active.reason === null
    ? `${name} answers${figures(active)}`
    : `${name} answers, but ${continued(active.reason)}`;
}

function standsIn(active: BackendStatus, missed: BackendStatus, report: StatusReport): string {
  const name = nameOf(active, report);
  const reason = because(missed, report);
  const coverage = modelCoverage(missed, active);
  if (!coverage || coverage.has === coverage.of) return `${name} answers because ${reason}`;
  if (coverage.has > 0) return `${name} answers for ${coverage.has} of ${coverage.of} models because ${reason}`;
  return `${reason}, and ${continued(name)} has none of its models`;
}

function because(missing: BackendStatus, report: StatusReport): string {
  if (missing.health === "unknown") return `${continued(nameOf(missing, report))} has not been checked yet`;
  return continued(missing.reason ?? `${nameOf(missing, report)} does not answer`);
}

function figures({ models, latencyMs }: BackendStatus): string {
  return `, ${countOf(models.length, "model")}${latencyMs === null ? "" : `, ${latencyText(latencyMs)}`}`;
}
