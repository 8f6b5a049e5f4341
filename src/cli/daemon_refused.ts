/** The daemon answered, and does not do what it was asked. The message is in its words. */
export class DaemonRefused extends Error {
  override readonly name = "DaemonRefused";
  readonly status: number;
  /** What programs go by, where the answer has one: `needs_consent`. */
  readonly code?: string;

  constructor(message: string, { status, code }: { status: number; code?: string }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
