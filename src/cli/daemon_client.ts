import { resolvePaths } from "../config/paths.ts";
import { isDaemonAt } from "../core/daemon_proof.ts";
import { messageOf } from "../core/errors.ts";
import { type ControlFile, readControlFile } from "./control_file.ts";
import { DaemonRefused } from "./daemon_refused.ts";
import { DaemonNotRunning } from "./daemon_not_running.ts";
import type { Io } from "./io.ts";
import { terminalLine } from "./terminal_text.ts";

const answerTimeoutMs = 10_000;

export interface RequestOptions {
  method?: "GET" | "PUT" | "POST" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The running daemon as the command line sees it. Close it after use. */
export class DaemonClient implements Disposable {
  readonly #control: ControlFile;
  readonly #client: Deno.HttpClient;
  readonly #startCommand: string;
  #hasProof = false;

  constructor(control: ControlFile, startCommand: string) {
    this.#control = control;
    this.#startCommand = startCommand;
    this.#client = Deno.createHttpClient({});
  }

  get url(): string {
    return this.#control.url;
  }

  /** Its process id, by its control file. */
  get pid(): number {
    return this.#control.pid;
  }

  /**
   * The daemon's answer to a control request. Throws {@linkcode DaemonNotRunning}, or {@linkcode DaemonRefused} with the
   * daemon's words. `timeoutMs: null` waits for as long as it takes.
   */
  async control(path: string, options: RequestOptions & { timeoutMs?: number | null } = {}): Promise<unknown> {
    const { timeoutMs = answerTimeoutMs, ...request } = options;
    const deadline = timeoutMs === null ? undefined : AbortSignal.timeout(timeoutMs);
    const response = await this.request(`/control/v1/${path}`, { signal: deadline, ...request });
    const text = await response.text().catch((error) => {
      throw this.#unreachable(error, deadline);
    });
    if (response.ok) return parseJson(text) ?? this.#refuse(undefined, response.status);
    // Every refusal of ours has words; and ours knows its own token.
    const words = response.status === 401 ? undefined : errorWords(text);
    return this.#refuse(words && `refuses: ${words}`, response.status, text);
  }

  /** Any request to the daemon, answered with whatever status; only a daemon that does not answer throws. */
  async request(path: string, options: RequestOptions = {}): Promise<Response> {
    const { method = "GET", body, headers, signal } = options;
    try {
      if (!await this.#isProven(signal)) return this.#refuse(undefined, 0);
      return await fetch(this.#control.url + path, {
        method,
        headers: {
          authorization: `Bearer ${this.#control.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        client: this.#client,
        redirect: "manual",
        signal,
      });
    } catch (error) {
      throw error instanceof DaemonNotRunning ? error : this.#unreachable(error, signal);
    }
  }

  /** Whether it is the daemon that wrote the file: the token, and what the user says, are for no other. */
  async #isProven(signal: AbortSignal | undefined): Promise<boolean> {
    const { url, token } = this.#control;
    return this.#hasProof ||= await isDaemonAt(url, token, { signal, client: this.#client });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  #unreachable(error: unknown, signal: AbortSignal | undefined): Error {
    if (signal?.aborted) {
      const timedOut = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
      return timedOut
        ? new Error(`The daemon at ${this.url} does not answer; restart it, or see its log`, { cause: error })
        : signal.reason;
    }
    return new DaemonNotRunning(
      `The daemon is not running: nothing answers at ${this.url}\nStart it with: ${this.#startCommand}`,
      { cause: error },
    );
  }

  /** `words` undefined: the token is not known there, or what answers is no daemon. */
  #refuse(words: string | undefined, status: number, text = ""): never {
    if (words !== undefined) {
      throw new DaemonRefused(`The daemon at ${this.url} ${words}`, { status, code: errorCode(text) });
    }
    throw new DaemonNotRunning(
      `The daemon is not running: another program, or a daemon of another user, answers at ${this.url}\nStart it with: ${this.#startCommand}`,
    );
  }
}

/** Finds the running daemon by its control file. Throws {@linkcode DaemonNotRunning} where there is none. */
export async function connectToDaemon(io: Io): Promise<DaemonClient> {
  const startCommand = `${io.programName} start`;
  try {
    return new DaemonClient(await readControlFile(resolvePaths(io.env).controlFile), startCommand);
  } catch (error) {
    if (!(error instanceof DaemonNotRunning)) throw error;
    throw new DaemonNotRunning(`${messageOf(error)}\nStart it with: ${startCommand}`, { cause: error });
  }
}

/** The code of an error, `{"error": {"code": "…"}}`. */
function errorCode(text: string): string | undefined {
  const json = parseJson(text);
  if (typeof json !== "object" || json === null || !("error" in json)) return undefined;
  const { error } = json;
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The words of an error in either dialect's shape, `{"error": "…"}` or `{"error": {"message": "…"}}`. */
export function errorWords(text: string): string | undefined {
  const json = parseJson(text);
  if (typeof json !== "object" || json === null || !("error" in json)) return undefined;
  const { error } = json;
  const words = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  return typeof words === "string" ? terminalLine(words) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
