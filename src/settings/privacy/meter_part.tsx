import { dayText } from "../../core/calendar_month.ts";
import { figureText } from "../../core/figure_text.ts";
import type { CloudUseStatus } from "../../state/status.ts";
import type { SettingsContext } from "../context.ts";

/** What clouds have used this month, as a meter and in words. */
export function MeterPart({ context }: { context: Pick<SettingsContext, "status"> }) {
  const { cloudUse } = context.status();
  const { cap, tokens } = cloudUse;
  return (
    <div id="meter" class="stack">
      <p class="lead">{meterWords(cloudUse)}</p>
      {cap !== null && (
        <meter
          aria-label="Cloud tokens of this month"
          min={0}
          max={cap}
          high={Math.floor(cap * 0.8)}
          value={Math.min(tokens, cap)}
        >
          {`${figureText(tokens)} of ${figureText(cap)}`}
        </meter>
      )}
      <p class="note">{noteWords(cloudUse)}</p>
    </div>
  );
}

/** `12,000 of 100,000 cloud tokens (12 %) are used this month.` */
export function meterWords({ tokens, cap, isReached, atCap }: CloudUseStatus): string {
  if (cap === null) return `${figureText(tokens)} cloud tokens are used this month. There is no cap.`;
  const words = `${figureText(tokens)} of ${figureText(cap)} cloud tokens (${Math.floor((tokens / cap) * 100)} %)`;
  if (!isReached) return `${words} are used this month.`;
  return atCap === "warn"
    ? `${words} are used this month. The cap is reached, and requests go on.`
    : `${words} are used this month. The cap is reached: no cloud is asked until it ends.`;
}

/** When the month ends, and what the figure leaves out. */
export function noteWords({ endsAt, since, estimated }: CloudUseStatus): string {
  const sentences = [`The month ends with ${dayText(Date.parse(endsAt) - 1)}.`];
  if (since !== null) sentences.push(`Counted since ${dayText(Date.parse(since))}; what was before is not known.`);
  if (estimated > 0) {
    sentences.push(`${figureText(estimated)} of these are a guess, for the cloud did not tell their number.`);
  }
  return sentences.join(" ");
}
