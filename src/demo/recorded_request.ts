/** How a request ended: answered in full, or the client left, or the server cut the connection (a fault, `stop()`). */
export type RequestOutcome = "answered" | "client_left" | "cut";

/** A request as a scripted server received it. */
export class RecordedRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly path: string;
  readonly headers: Headers;
  /** The body; where a fault stopped the reading, the part that was read. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970 by the server's clock. */
  readonly at: number;
  /** Whether it is a health or list path, which `script()` and `always` leave alone. */
  readonly health: boolean;
  /** Resolves when the server has done with it. */
  readonly ended: Promise<RequestOutcome>;

  constructor(parts: {
    method: string;
    path: string;
    headers: Headers;
    bytes: Uint8Array<ArrayBuffer>;
    at: number;
    health: boolean;
    ended: Promise<RequestOutcome>;
  }) {
    this.method = parts.method;
    this.path = parts.path;
    this.headers = parts.headers;
    this.bytes = parts.bytes;
    this.at = parts.at;
    this.health = parts.health;
    this.ended = parts.ended;
  }

  /** The body as text. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** The body as JSON. Throws `SyntaxError` when it is none. */
  get json(): Record<string, unknown> {
    return JSON.parse(this.text);
  }
}
