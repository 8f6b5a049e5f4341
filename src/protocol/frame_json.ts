import { checkJsonSize } from "./json_size.ts";

/** What is shorter becomes nothing large. */
const smallLength = 16_384;
const encoder = new TextEncoder();

/** The JSON of one frame. Throws `SyntaxError` when it is none, `RangeError` when parsing it would hold up all others. */
export function parseFrameJson(data: string): unknown {
  if (data.length > smallLength) checkJsonSize(encoder.encode(data));
  // A whole parse costs a third of a microsecond: looking for less would save nothing and could be fooled.
  return JSON.parse(data);
}
