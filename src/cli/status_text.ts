import { missedBackend } from "../core/backends_in_use.ts";
import { dayText } from "../core/calendar_month.ts";
import { figureText } from "../core/figure_text.ts";
import { failureInThePast } from "../core/failure_in_the_past.ts";
import { isNowhereElse, modelCoverage } from "../core/model_coverage.ts";
import { timeOfDay, timeText } from "../core/time_of_day.ts";
import type { BackendKind } from "../core/types.ts";
import type { BackendStatus, StatusReport } from "../state/status.ts";
import type { Appearance } from "./appearance.ts";
import { durationText } from "./duration_text.ts";
import { alignColumns } from "./table.ts";
import { terminalLine } from "./terminal_text.ts";

const shownFailovers = 3;

const products: Record<BackendKind, string> = {
  ollama: "Ollama",
  openai: "OpenAI-compatible server",
  cloudtolocalllm: "CloudToLocalLLM proxy",
};

/** What `status` prints: first a sentence about the machine, then the figures behind it. `now`: wall clock, in ms. */
export function statusText(report: StatusReport, look: Appearance, now: number): string {
  return [
    stateSentence(report, look),
    "",
    `Address   ${terminalLine(report.listen)} (OpenAI clients: ${terminalLine(report.listen)}/v1)`,
    `Mode      ${modeLine(report)}`,
    ...pauseLine(report),
    ...networkLine(report.surroundings),
    ...cloudLine(report.cloudUse, look),
    ...privacyLine(report.privacy),
    `Running   for ${durationText(report.uptimeMs)}, ${countOf(report.inFlight, "request")} in progress`,
    ...appLine(report.app),
    ...partLines(report.parts, look),
    ...(report.configError === null ? [] : configNotice(report.configError, look)),
    "",
    ...backendTable(report, look),
    ...failoverLines(report, look, now),
  ].join("\n") + "\n";
}

function stateSentence(report: StatusReport, look: Appearance): string {
  const active = report.backends.find((backend) => backend.id === report.active);
  if (report.state === "down" || !active) {
    return `${look.bad("Down")}: no backend can answer; \`test\` says what to do about each`;
  }
  const answers = `${nameOf(active)} answers (${terminalLine(active.url)})`;
  if (report.state === "connected") return `${look.good("Connected")}: ${answers}`;
  return `${look.warning("Degraded")}: ${standsIn(active, answers, report)}`;
}

/** Who answers in place of the first choice, and how many of its models are there. */
function standsIn(active: BackendStatus, answers: string, report: StatusReport): string {
  const missed = missedBackend(report);
  const coverage = missed && modelCoverage(missed, active);
  if (!coverage || coverage.has === coverage.of) return `${answers}, but the first choice does not`;
  const advice = `name what stands in for them in \`models\` of ${terminalLine(active.id)} (docs/CONFIGURATION.md)`;
  const id = terminalLine(missed.id);
  if (coverage.has === 0) return `${id} does not answer, and ${nameOf(active)} has none of its models: ${advice}`;
  return `${answers}, with ${coverage.has} of the ${coverage.of} models of ${id}; for the others, ${advice}`;
}

function modeLine({ mode, chosenMode, modeReason }: StatusReport): string {
  return modeReason === null ? mode : `${chosenMode} (${mode} in force: ${terminalLine(modeReason)})`;
}

function pauseLine({ pause }: StatusReport): string[] {
  if (pause === null) return [];
  const end = pause.until === null ? "" : ` until ${timeOfDay(Date.parse(pause.until))}`;
  return [`Pause     the cloud is paused${end}; \`resume\` ends it`];
}

/** Only where there is a cap, or something to count. */
function cloudLine({ tokens, estimated, cap, isReached, atCap, since }: StatusReport["cloudUse"], look: Appearance) {
  if (cap === null && tokens === 0) return [];
  const guessed = estimated === 0 ? "" : `, ${figureText(estimated)} of them estimated`;
  const from = since === null ? "" : `, counted since ${dayText(Date.parse(since))}`;
  const of = cap === null ? "" : ` of ${figureText(cap)}`;
  const line = `Cloud     ${figureText(tokens)}${of} tokens used this month${guessed}${from}`;
  if (!isReached) return [line];
  return [
    line,
    look.warning(`          the cap is reached; ${atCap === "warn" ? "clouds are still asked" : "no cloud is asked"}`),
  ];
}

function appLine(app: StatusReport["app"]): string[] {
  if (!app || app.clients === 0) return [];
  const connected = app.clients === 1 ? "connected" : `${app.clients} are connected`;
  return [`App       ${connected}${app.authenticated ? ", signed in" : ""}`];
}

function privacyLine({ models, apps }: StatusReport["privacy"]): string[] {
  const rules = [
    ...(models === 0 ? [] : [countOf(models, "rule") + " for models"]),
    ...(apps === 0 ? [] : [countOf(apps, "rule") + " for programs"]),
  ];
  return rules.length === 0 ? [] : [`Privacy   ${rules.join(" and ")} that never leave this machine`];
}

/** Only where something is to be said of it. */
function networkLine({ network, isMetered }: StatusReport["surroundings"]): string[] {
  if (network === "offline") return ["Network   offline"];
  if (network === "portal") return ["Network   asks for a login before it lets anything through"];
  return isMetered ? ["Network   metered"] : [];
}

/** `the local Ollama`; with its id where that says more than its place. */
function nameOf({ id, kind, location }: BackendStatus): string {
  return `the ${location} ${products[kind]}${id === location ? "" : ` "${terminalLine(id)}"`}`;
}

/** What has failed, as long as it has; requests go on without it. */
function partLines(parts: StatusReport["parts"], look: Appearance): string[] {
  return parts.filter(({ state }) => state === "failed").map(({ name, reason, failures }) => {
    const often = failures > 1 ? ` (for the ${ordinal(failures)} time)` : "";
    return look.warning(`Trouble   the ${name} has failed${often} and is tried again: ${terminalLine(reason ?? "")}`);
  });
}

function ordinal(count: number): string {
  const endings: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };
  return `${count}${endings[new Intl.PluralRules("en", { type: "ordinal" }).select(count)]}`;
}

function configNotice(error: string, look: Appearance): string[] {
  return [look.warning("The changed configuration is not in use:"), ...error.split("\n").map(terminalLine)];
}

function backendTable({ active, backends }: StatusReport, look: Appearance): string[] {
  if (backends.length === 0) return ["No backend is configured; `config path` prints the file to add one to"];
  const rows = backends.map((backend) => [
    `${backend.id === active ? "*" : " "} ${terminalLine(backend.id)}`,
    backend.location,
    backend.health,
    backend.latencyMs === null ? "-" : durationText(backend.latencyMs),
    String(backend.models.length),
    terminalLine(backend.reason ?? ""),
  ]);
  const [header, ...lines] = alignColumns([["  BACKEND", "WHERE", "HEALTH", "LATENCY", "MODELS", "REASON"], ...rows]);
  return [look.bold(header), ...lines];
}

function failoverLines({ failovers, backends }: StatusReport, look: Appearance, now: number): string[] {
  if (failovers.length === 0) return [];
  const rows = failovers.slice(0, shownFailovers).map(({ at, from, to, reason, model }) => [
    `  ${timeText(Date.parse(at), now)}`,
    terminalLine(`${from} ${look.arrow} ${to ?? "nobody"}`),
    terminalLine(model),
    terminalLine(`${from} ${failureInThePast(reason)}`) +
    (to === null && isNowhereElse(model, from, backends) ? ", and no other backend has this model" : ""),
  ]);
  return ["", "Last failovers", ...alignColumns(rows)];
}

function countOf(count: number, noun: string): string {
  return `${count === 0 ? "no" : count} ${noun}${count === 1 ? "" : "s"}`;
}
