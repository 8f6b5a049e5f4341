/**
 * A place where a running daemon may be found:
 *
 * - `control-file`: the file that it leaves for programs of its user, with its address and token; not in browsers.
 * - `bus`: the session's D-Bus, asked by `busctl` or `gdbus`; not in browsers.
 * - `default-address`: `http://127.0.0.1:11435`.
 */
export type FindWay = "control-file" | "bus" | "default-address";

export interface Timeouts {
  /** For an address to show that a daemon is there. Default 1,000. */
  probeMs: number;
  /** For an answer from the bus. Default 2,000. */
  busMs: number;
  /** For a daemon that was started to answer. Default 20,000. */
  startMs: number;
  /** For an answer to a command, or a question about the daemon. Default 10,000. */
  controlMs: number;
}

export interface ClientOptions {
  /** The daemon's address; then it is looked for nowhere else. `CLOUDTOLOCALLLM_URL` in the environment does the same. */
  url?: string;
  /** The token of control.json, for an address of which it cannot be read. Sent over loopback or TLS only. */
  token?: string;
  /** The key that a daemon demands of programs (`listen.clientKey`). */
  clientKey?: string;
  /** Your program's name in the daemon's record of use, and for its rules by program; not in browsers. */
  app?: string;
  /** Where to look, in this order. Default: all three. */
  discover?: readonly FindWay[];
  /**
   * Starts a daemon when none is found: `true` by D-Bus, or with the program `cloudtolocalllm`; else with this command
   * line, which may run on or end. Default: none is started.
   */
  start?: boolean | readonly string[];
  /** How long a call waits for a daemon that is not there. Default: 0, but 3,000 once it was seen: it may be restarting. */
  waitMs?: number;
  timeouts?: Partial<Timeouts>;
  /** Pauses between attempts to find the daemon. */
  backoff?: Partial<Backoff>;
  /** Ends the client, and all that it does. */
  signal?: AbortSignal;
  fetch?: typeof fetch;
}

/** What a call takes beside what it asks for. */
export interface CallOptions {
  /** Ends the call; it then throws the signal's reason. */
  signal?: AbortSignal;
}

/** Pauses that grow, in ms. */
export interface Backoff {
  /** Default 100. */
  firstMs: number;
  /** Default 2. */
  factor: number;
  /** Default 5,000. */
  mostMs: number;
  /** The part of a pause that is left to chance, 0 to 1, so that many clients do not come at once. Default 0.5. */
  jitter: number;
}
