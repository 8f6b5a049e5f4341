import { timingSafeEqual } from "@std/crypto/timing-safe-equal";

const encoder = new TextEncoder();

/** Compares two secrets in a time that does not tell where they differ; their length is no secret. */
export function constantTimeEqual(sent: string, expected: string): boolean {
  const [a, b] = [encoder.encode(sent), encoder.encode(expected)];
  // It throws on different lengths.
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
