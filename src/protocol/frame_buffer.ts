/** The bytes of one frame that is not whole yet. Grows by doubling, so a frame in many small chunks costs linear time. */
export class FrameBuffer {
  #bytes = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }

  /** Everything so far; the buffer begins anew and leaves these bytes to the caller. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return taken;
  }
}

/** Joins what is kept and what `chunk` adds into whole frames; `boundaries` are the ends of frames within `chunk`. */
export function cutFrames(
  kept: FrameBuffer,
  chunk: Uint8Array<ArrayBuffer>,
  options: { boundaries: number[]; maxBytes: number },
): Uint8Array<ArrayBuffer>[] {
  const { boundaries, maxBytes } = options;
  const frames: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  for (const end of boundaries) {
    const piece = chunk.subarray(start, end);
    checkSize(kept.length + piece.length, maxBytes);
    if (kept.length === 0) {
      frames.push(piece);
    } else {
      kept.append(piece);
      frames.push(kept.take());
    }
    start = end;
  }
  if (start < chunk.length) {
    checkSize(kept.length + chunk.length - start, maxBytes);
    kept.append(chunk.subarray(start));
  }
  return frames;
}

function checkSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) {
    throw new RangeError(`Cannot read the stream: one frame has more than ${maxBytes} bytes`);
  }
}
