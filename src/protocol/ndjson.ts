import { cutFrames, FrameBuffer } from "./frame_buffer.ts";
import type { Frame, FrameSplitter } from "./types.ts";

const LF = 0x0a;
const CR = 0x0d;
const decoder = new TextDecoder();

function toFrame(bytes: Uint8Array<ArrayBuffer>): Frame {
  let end = bytes.length - 1;
  if (end > 0 && bytes[end - 1] === CR) end--;
  const line = decoder.decode(bytes.subarray(0, end));
  return { bytes, data: line.trim() === "" ? undefined : line };
}

/**
 * Splits NDJSON: one line, one frame; lines end with LF, a CR before it does not count. A blank line is a frame without
 * data. `end()` gives a last line that lacks its newline, the newline added to its bytes.
 */
export function ndjsonSplitter(maxBytes: number = 16 * 1024 * 1024): FrameSplitter {
  const kept = new FrameBuffer();
  return {
    push(chunk) {
      const boundaries: number[] = [];
      for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, at + 1)) boundaries.push(at + 1);
      return cutFrames(kept, chunk, { boundaries, maxBytes }).map(toFrame);
    },
    end() {
      if (kept.length === 0) return [];
      kept.append(Uint8Array.of(LF));
      return [toFrame(kept.take())];
    },
  };
}
