import type { UsageBucket, UsageRange } from "../state/usage.ts";
import { FirstByteCounts } from "./first_byte_steps.ts";
import type { Sums } from "./hour_sums.ts";

type Part = Omit<UsageBucket, "at" | "firstByteP50Ms"> & { firstBytes: FirstByteCounts };

/** A range in equal parts, filled by time. */
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

  /** When the part with this number begins. */
  startOf(bucket: number): number {
    return this.since + bucket * this.widthMs;
  }

  add(at: number, sum: Sums & { location: string }): void {
    const part = this.#at(at);
    part.requests += sum.requests;
    part.failed += sum.failed;
    const { location } = sum;
    if (location === "local" || location === "cloud") part.tokens[location] += sum.tokensIn + sum.tokensOut;
  }

  firstBytesAt(at: number): FirstByteCounts {
    return this.#at(at).firstBytes;
  }

  finished(): UsageBucket[] {
    return this.#parts.map(({ firstBytes, ...part }, place) => ({
      at: new Date(this.startOf(place)).toISOString(),
      ...part,
      firstByteP50Ms: firstBytes.quantile(0.5),
    }));
  }

  #at(at: number): Part {
    const last = this.#parts.length - 1;
    // A fraction may have lost its last bit on the way.
    const place = Math.floor((at - this.since) / this.widthMs + 1e-9);
    return this.#parts[Math.max(0, Math.min(last, place))];
  }
}
