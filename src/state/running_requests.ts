import type { Attempt, Dialect } from "../core/types.ts";

/** A model request that is being answered now. */
export interface RunningRequest {
  readonly id: string;
  /** What the program calls itself, or `unknown`. */
  readonly app: string;
  readonly dialect: Dialect;
  /** ms since 1970. */
  readonly startedAt: number;
  /** As the client wrote it; empty until the request is read. */
  model: string;
  /** Who is being asked, then who answers; `null` while nobody is. */
  backend: string | null;
  phase: "waiting" | "streaming";
  /** Those that are over. */
  readonly attempts: readonly Attempt[];
}

/** What of it may change. */
export type RunningChange = Partial<Pick<RunningRequest, "model" | "backend" | "phase">>;

/**
 * The requests in flight. Listeners are called at each change, from within it: whoever shows this gathers the calls
 * before it looks.
 */
export class RunningRequests {
  readonly #requests = new Map<string, RunningRequest>();
  readonly #listeners = new Set<() => void>();

  /** Keeps the request as it is given, its list of attempts too, which its owner goes on filling. */
  begin(request: RunningRequest): void {
    this.#requests.set(request.id, request);
    this.#tell();
  }

  change(id: string, change: RunningChange): void {
    const request = this.#requests.get(id);
    if (!request) return;
    Object.assign(request, change);
    this.#tell();
  }

  end(id: string): void {
    if (this.#requests.delete(id)) this.#tell();
  }

  /** Copies of all, the newest first. */
  list(): RunningRequest[] {
    return [...this.#requests.values()].reverse().map((one) => ({ ...one, attempts: [...one.attempts] }));
  }

  /** The returned function ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
