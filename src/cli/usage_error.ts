/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The command whose help explains it; empty for the program's own. */
  readonly path: readonly string[];
  /** What was typed, where something near it may have been meant. */
  readonly typed?: string;
  readonly known: readonly string[];

  constructor(message: string, options: { path: readonly string[]; typed?: string; known?: readonly string[] }) {
    super(message);
    this.path = options.path;
    this.typed = options.typed;
    this.known = options.known ?? [];
  }
}
