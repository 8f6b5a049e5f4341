import { timingSafeEqual } from "@std/crypto/timing-safe-equal";

const encoder = new TextEncoder();

/** Compares two secrets in a time that does not tell where they differ. */
export function constantTimeEqual(sent: string, expected: string): boolean {
  return timingSafeEqual(encoder.encode(sent), encoder.encode(expected));
}
