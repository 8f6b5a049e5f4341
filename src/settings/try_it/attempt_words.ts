import { failureInThePast } from "../../core/failure_in_the_past.ts";

const outcomes: Readonly<Record<string, string>> = {
  ok: "answered",
  taken_away: "was taken away",
  not_allowed: "may not be asked now",
  cancelled: "was stopped",
};

/** The attempts of `x-broker-attempts` as a person reads them: `local was not running → cloud answered`. */
export function attemptWords(attempts: string | null): string {
  if (attempts === null || attempts.trim() === "") return "";
  return attempts.split(",").map((attempt) => {
    const [, backend, outcome] = attempt.trim().match(/^([^:]*):?(.*)$/s)!;
    return `${backend} ${Object.hasOwn(outcomes, outcome) ? outcomes[outcome] : failureInThePast(outcome)}`;
  }).join(" → ");
}
