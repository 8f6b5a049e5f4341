import type { Finding } from "../doctor/finding.ts";
import type { DoctorReport } from "../doctor/run_checks.ts";
import type { Appearance } from "./appearance.ts";
import { terminalLine } from "./terminal_text.ts";

/** What `doctor` prints: what is worst first, each with its remedy, then a sentence about all. */
export function doctorText({ findings }: DoctorReport, look: Appearance): string {
  return [...findings.flatMap((finding) => findingLines(finding, look)), "", summary(findings, look)].join("\n") + "\n";
}

function findingLines({ severity, what, remedy, isCommand, details = [] }: Finding, look: Appearance): string[] {
  const marks = {
    problem: look.bad(look.fail),
    warning: look.warning("!"),
    note: look.dim("-"),
    ok: look.good(look.pass),
  };
  const lines = [`${marks[severity]} ${terminalLine(what)}`];
  // One line of details says no more than the sentence.
  if (details.length > 1) lines.push(...details.map((line) => `    ${look.dim(terminalLine(line))}`));
  if (remedy !== null) {
    lines.push(`  ${look.arrow} ${isCommand ? look.bold(terminalLine(remedy)) : terminalLine(remedy)}`);
  }
  return lines;
}

function summary(findings: readonly Finding[], look: Appearance): string {
  const [problems, warnings] = (["problem", "warning"] as const).map((severity) =>
    findings.filter((finding) => finding.severity === severity).length
  );
  const also = warnings === 0 ? "" : `, ${countOf(warnings, "warning")}`;
  if (problems > 0) return look.bad(countOf(problems, "problem")) + also;
  return look.good("No problem found") + also;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
