/** More is no count of one answer, whatever a backend says. */
const most = 1e9;

/** A number of tokens as a backend told it; `undefined` where it is none: negative, a fraction, a text, or absurd. */
export function tokenCount(told: unknown): number | undefined {
  return Number.isInteger(told) && (told as number) >= 0 && (told as number) <= most ? told as number : undefined;
}
