import type { UsageBucket, UsageRange } from "../state/usage.ts";
import { FirstByteCounts } from "./first_byte_steps.ts";
import type { Sums } from "./hour_sums.ts";

type Part = Omit<UsageBucket, "at" | "firstByteP50Ms"> & { firstBytes: FirstByteCounts };

/** A range in equal parts, filled by their numbers. */
export class BucketList {
  readonly since: number;
  readonly widthMs: number;
  readonly #parts: Part[];

  constructor({ since, until }: UsageRange, count: number) {
    this.since = since;
    this.widthMs = (until - since) / count;
    this.#parts = Array.from({ length: count }, () => ({
      requests: 0,
      failed: 0,
      tokens: { local: 0, cloud: 0 },
      firstBytes: new FirstByteCounts(),
    }));
  }

  /** The part by its number; what lies beyond belongs to the first or the last. */
  add(bucket: number, sum: Sums & { location: string }): void {
    const part = this.#part(bucket);
    part.requests += sum.requests;
    part.failed += sum.failed;
    const { location } = sum;
    if (location === "local" || location === "cloud") part.tokens[location] += sum.tokensIn + sum.tokensOut;
  }

  firstBytesIn(bucket: number): FirstByteCounts {
    return this.#part(bucket).firstBytes;
  }

  finished(): UsageBucket[] {
    return this.#parts.map(({ firstBytes, ...part }, place) => ({
      at: new Date(this.since + place * this.widthMs).toISOString(),
      ...part,
      firstByteP50Ms: firstBytes.quantile(0.5),
    }));
  }

  #part(bucket: number): Part {
    return this.#parts[Math.max(0, Math.min(this.#parts.length - 1, bucket))];
  }
}
