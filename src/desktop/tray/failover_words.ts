import { failureInThePast } from "../../core/failure_in_the_past.ts";
import { isNowhereElse } from "../../core/model_coverage.ts";
import { timeText } from "../../core/time_of_day.ts";
import type { Failover, StatusReport } from "../../state/status.ts";
import { middleCut, plainLine } from "../plain_line.ts";
import { longestId } from "./tray_words.ts";

/** `15:04 local → cloud, llama3.2: Ollama was not running`. */
export function failoverText(failover: Failover, { backends, now }: Pick<StatusReport, "backends"> & { now: number }) {
  const { at, from, to, model, reason } = failover;
  const failed = backends.find(({ id }) => id === from);
  const who = failed?.kind === "ollama" ? (failed.location === "cloud" ? "Ollama Cloud" : "Ollama") : "it";
  const way = `${plainLine(from, longestId)} → ${to === null ? "nobody" : plainLine(to, longestId)}`;
  const why = `${who} ${plainLine(failureInThePast(reason), 50)}`;
  const nobody = to === null && isNowhereElse(model, from, backends) ? ", and no other backend has this model" : "";
  return `${timeText(Date.parse(at), now)} ${way}, ${middleCut(model, 40)}: ${why}${nobody}`;
}
