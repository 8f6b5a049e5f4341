import { countText, durationText } from "../figures.ts";
import type { UsageBucket } from "../../state/usage.ts";
import { linePath, roundTop, stackedBars } from "./plot.ts";

const box = { width: 600, height: 120 };

/** Two plots over the same time: how soon answers began, and tokens, local and cloud. */
export function UsePlots({ buckets, label }: { buckets: readonly UsageBucket[]; label: string }) {
  return (
    <div class="plots">
      <LatencyPlot buckets={buckets} label={label} />
      <TokenPlot buckets={buckets} label={label} />
    </div>
  );
}

function LatencyPlot({ buckets, label }: { buckets: readonly UsageBucket[]; label: string }) {
  const values = buckets.map(({ firstByteP50Ms }) => firstByteP50Ms);
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  const top = roundTop(most);
  const title = most === 0
    ? `Time to the first words, ${label}: nothing was answered`
    : `Time to the first words, median, ${label}: at most ${durationText(most)}`;
  return (
    <figure>
      <figcaption>Time to the first words (median)</figcaption>
      <Plot title={title} top={durationText(top)} buckets={buckets}>
        <path class="line-first-byte" d={linePath(values, box, top)} fill="none" />
      </Plot>
    </figure>
  );
}

function TokenPlot({ buckets, label }: { buckets: readonly UsageBucket[]; label: string }) {
  const stacks = buckets.map(({ tokens }) => [tokens.local, tokens.cloud]);
  const sums = [0, 1].map((part) => stacks.reduce((sum, stack) => sum + stack[part], 0));
  const top = roundTop(Math.max(1, ...stacks.map(([local, cloud]) => local + cloud)));
  const title = `Tokens, ${label}: ${countText(sums[0])} local, ${countText(sums[1])} cloud`;
  return (
    <figure>
      <figcaption>
        Tokens <span class="key local">local</span> <span class="key cloud">cloud</span>
      </figcaption>
      <Plot title={title} top={countText(top)} buckets={buckets}>
        {stackedBars(stacks, box, top).map(({ x, width, parts }) =>
          parts.map(({ y, height }, i) =>
            height > 0 && <rect class={i === 0 ? "bar-local" : "bar-cloud"} x={x} y={y} width={width} height={height} />
          )
        )}
      </Plot>
    </figure>
  );
}

interface PlotProps {
  title: string;
  top: string;
  buckets: readonly UsageBucket[];
  // deno-lint-ignore no-explicit-any -- what Hono's JSX takes for children
  children?: any;
}

function Plot({ title, top, buckets, children }: PlotProps) {
  return (
    <>
      <div class="plot">
        <span class="axis" aria-hidden="true">{top}</span>
        <svg viewBox={`0 0 ${box.width} ${box.height}`} preserveAspectRatio="none" role="img" aria-label={title}>
          {[0, 0.5, 1].map((part) => (
            <line class="grid" x1={0} x2={box.width} y1={part * box.height} y2={part * box.height} />
          ))}
          {children}
        </svg>
      </div>
      <div class="row between note" aria-hidden="true">
        <span>{momentText(buckets[0]?.at)}</span>
        <span>now</span>
      </div>
    </>
  );
}

function momentText(at: string | undefined): string {
  if (at === undefined) return "";
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${
    two(date.getMinutes())
  }`;
}
