import { cutFrames, FrameBuffer } from "./frame_buffer.ts";
import type { Frame, FrameSplitter } from "./types.ts";

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Finds the ends of events: the first byte after each blank line. Reads every byte once, whatever the chunks. */
class EventScanner {
  #lineIsBlank = true;
  /** The last byte was a CR, which a LF may follow; only the next byte tells where the line ends. */
  #afterCarriageReturn = false;

  scan(chunk: Uint8Array): number[] {
    const boundaries: number[] = [];
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#afterCarriageReturn) {
        this.#afterCarriageReturn = false;
        this.#endLine(byte === LF ? at + 1 : at, boundaries);
        if (byte === LF) continue;
      }
      if (byte === CR) this.#afterCarriageReturn = true;
      else if (byte === LF) this.#endLine(at + 1, boundaries);
      else this.#lineIsBlank = false;
    }
    return boundaries;
  }

  #endLine(next: number, boundaries: number[]): void {
    if (this.#lineIsBlank) boundaries.push(next);
    this.#lineIsBlank = true;
  }
}

/** The joined `data` fields of an event; `undefined` when it has none. */
function dataOf(event: Uint8Array): string | undefined {
  let data: string | undefined;
  let start = 0;
  while (start < event.length) {
    let end = start;
    while (end < event.length && event[end] !== LF && event[end] !== CR) end++;
    const value = dataField(event.subarray(start, end));
    if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`;
    start = end + 1;
  }
  return data;
}

/** The value of a `data` line; `undefined` for comments and other fields. */
function dataField(line: Uint8Array): string | undefined {
  // "data"
  if (line[0] !== 0x64 || line[1] !== 0x61 || line[2] !== 0x74 || line[3] !== 0x61) return undefined;
  if (line.length === 4) return "";
  if (line[4] !== COLON) return undefined;
  return decoder.decode(line.subarray(line[5] === SPACE ? 6 : 5));
}

function skipByteOrderMark(event: Uint8Array): Uint8Array {
  return event[0] === 0xef && event[1] === 0xbb && event[2] === 0xbf ? event.subarray(3) : event;
}

/**
 * Splits an event stream by the WHATWG rules (HTML, "Interpreting an event stream"): LF, CRLF or CR end a line, a blank
 * line ends an event. A frame is everything up to and including its blank line, byte for byte; an event with comments or
 * other fields only is a frame without data. After a lone CR the next byte is awaited, so that a CRLF split between two
 * chunks stays in one frame.
 *
 * By the rules an event without its blank line is dropped at the end. Servers are seen that omit it after
 * `data: [DONE]`, so `end()` gives what is left as a frame, its line ends added to its bytes; whether that is whole is
 * the reader's to judge.
 */
export function sseSplitter(maxBytes: number = 16 * 1024 * 1024): FrameSplitter {
  const kept = new FrameBuffer();
  const scanner = new EventScanner();
  let first = true;
  let lastByte: number | undefined;

  const toFrame = (bytes: Uint8Array<ArrayBuffer>): Frame => {
    const data = dataOf(first ? skipByteOrderMark(bytes) : bytes);
    first = false;
    return { bytes, data };
  };
  return {
    push(chunk) {
      if (chunk.length > 0) lastByte = chunk[chunk.length - 1];
      return cutFrames(kept, chunk, { boundaries: scanner.scan(chunk), maxBytes }).map(toFrame);
    },
    end() {
      if (kept.length === 0) return [];
      // After a CR the first LF makes it a CRLF and the second one is the blank line.
      kept.append(lastByte === LF ? Uint8Array.of(LF) : Uint8Array.of(LF, LF));
      return [toFrame(kept.take())];
    },
  };
}
