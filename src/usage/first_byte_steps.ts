/** Each step is 10 % longer than the one before: the middle of one is at most 5 % off. */
const growth = 1.1;

/** The last step begins at an hour. */
export const stepCount = 160;
/** A step and how many first bytes came in it. */
const pairBytes = 5;

/** The step of a time to the first byte. Step 0 is everything up to 1 ms. */
export function firstByteStep(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(stepCount - 1, Math.ceil(Math.log(ms) / Math.log(growth)));
}

/** What stands for all times of a step, in ms with two decimals. */
function middleOf(step: number): number {
  if (step === 0) return 1;
  return Math.round(growth ** (step - 0.5) * 100) / 100;
}

/** How many first bytes came in each step. */
export class FirstByteCounts {
  readonly #counts = new Float64Array(stepCount);
  #total = 0;

  add(step: number, count: number): void {
    this.#counts[step] += count;
    this.#total += count;
  }

  /** Adds what {@linkcode toBlob} gave. */
  addBlob(blob: Uint8Array): void {
    const pairs = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    for (let at = 0; at + pairBytes <= blob.byteLength; at += pairBytes) {
      const step = pairs.getUint8(at);
      if (step < stepCount) this.add(step, pairs.getUint32(at + 1));
    }
  }

  /** Each step that has any, with its number: most hours have few. */
  toBlob(): Uint8Array<ArrayBuffer> {
    const steps = [...this.#counts.keys()].filter((step) => this.#counts[step] > 0);
    const pairs = new DataView(new ArrayBuffer(steps.length * pairBytes));
    steps.forEach((step, place) => {
      pairs.setUint8(place * pairBytes, step);
      pairs.setUint32(place * pairBytes + 1, this.#counts[step]);
    });
    return new Uint8Array(pairs.buffer);
  }

  /** The time that the share `quantile` (0 to 1) of all first bytes took at most; `null` when there were none. */
  quantile(quantile: number): number | null {
    if (this.#total === 0) return null;
    let left = Math.max(1, Math.ceil(this.#total * quantile));
    for (let step = 0; step < stepCount; step++) {
      left -= this.#counts[step];
      if (left <= 0) return middleOf(step);
    }
    return middleOf(stepCount - 1);
  }
}
