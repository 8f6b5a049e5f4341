import type { Config } from "../../config/schema.ts";
import type { UsageBucket, UsageReader, UsageShares, UsageSummary } from "../../state/usage.ts";
import { countText, durationText } from "../figures.ts";
import { Notice } from "../layout.tsx";
import type { Range } from "./ranges.ts";
import { UsePlots } from "./use_plots.tsx";

/** What the record tells of a range of time. */
export interface Use {
  summary: UsageSummary;
  buckets: UsageBucket[];
}

/** The last `range`, until now. */
export async function readUse(usage: UsageReader, range: Range, now: number): Promise<Use> {
  const time = { since: now - range.ms, until: now + 1 };
  const [summary, buckets] = await Promise.all([
    usage.summary(time),
    usage.series({ ...time, buckets: range.buckets }),
  ]);
  return { summary, buckets };
}

interface UseViewProps {
  use: Use;
  problem: string | null;
  range: Range;
  config: Config;
}

/** What the record of use tells of a range of time, in figures and plots. */
export function UseView({ use: { summary, buckets }, problem, range, config }: UseViewProps) {
  return (
    <div id="overview-use">
      {problem && <Notice kind="warning">{problem}</Notice>}
      {!config.usage.record && (
        <Notice kind="info">
          The record of use is switched off, so nothing new is shown here. <a href="/settings/privacy">Change that</a>
        </Notice>
      )}
      <Figures summary={summary} />
      <UsePlots buckets={buckets} label={`in the last ${range.label}`} />
      <div class="shares">
        <Shares title="By connection" shares={summary.byBackend} none="nobody" />
        <Shares title="By model" shares={summary.byModel} none="unread" />
        <Shares title="By program" shares={summary.byApp} none="unknown" />
      </div>
    </div>
  );
}

function Figures({ summary: { requests, failed, failedOver, firstByteMs, tokens } }: { summary: UsageSummary }) {
  const sum = ({ input, output }: { input: number; output: number }) => countText(input + output);
  const figures: [label: string, figure: string][] = [
    ["requests", countText(requests)],
    ["failed over", countText(failedOver)],
    ["failed", countText(failed)],
    ["to the first words (median)", firstByteMs.p50 === null ? "–" : durationText(firstByteMs.p50)],
    ["local tokens", sum(tokens.local)],
    ["cloud tokens", sum(tokens.cloud)],
  ];
  return (
    <dl class="tiles">
      {figures.map(([label, figure]) => (
        <div>
          <dt>{label}</dt>
          <dd class="figure">{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function Shares({ title, shares, none }: { title: string; shares: UsageShares; none: string }) {
  const most = Math.max(1, ...shares.top.map(({ requests }) => requests));
  return (
    <section>
      <h3>{title}</h3>
      {shares.top.length === 0 && <p class="empty">Nothing yet.</p>}
      <ul class="plain">
        {shares.top.slice(0, 5).map(({ name, requests }) => (
          <li class="share">
            <span class="wrap">{name || none}</span>
            <span class="number">{countText(requests)}</span>
            <meter min={0} max={most} value={requests} aria-label={`${name || none}: ${requests} requests`}></meter>
          </li>
        ))}
      </ul>
    </section>
  );
}
