import { LinkedAbort } from "../../core/abort.ts";
import { messageOf } from "../../core/errors.ts";
import type { SettingsContext } from "../context.ts";
import { errorOf } from "../error_of.ts";
import { nextProgress, noProgress, type PullProgress } from "./pull_progress.ts";
import { textLines } from "./text_lines.ts";

/** A model on its way to a local Ollama, or what became of it. */
export interface Pull {
  id: string;
  backend: string;
  model: string;
  state: "running" | "done" | "failed" | "cancelled";
  progress: PullProgress;
  /** Why it failed. */
  error?: string;
}

type PullsContext = Pick<SettingsContext, "ask" | "clock" | "stopping" | "redact">;

/** How a pull goes on is told at most this often, in ms. */
const tellMs = 100;

/** Ended pulls that are remembered. */
const maxEnded = 20;

/**
 * The pulls that were started on the page. They go on when it is left, and end with the daemon; Ollama keeps what it has
 * and takes it up when the same model is pulled again.
 */
export class Pulls {
  readonly #context: PullsContext;
  readonly #listeners = new Set<() => void>();
  readonly #aborts = new Map<string, LinkedAbort>();
  #pulls: readonly Pull[] = [];
  #lastId = 0;

  constructor(context: PullsContext) {
    this.#context = context;
  }

  /** Newest first. */
  get list(): readonly Pull[] {
    return this.#pulls;
  }

  /** Calls `listener` after each change; the returned function ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Starts a pull; one that runs already goes on. Settles when it has ended, however it does. */
  async start(wanted: Pick<Pull, "backend" | "model">): Promise<void> {
    const isWanted = ({ backend, model }: Pull) => backend === wanted.backend && model === wanted.model;
    if (this.#pulls.some((pull) => pull.state === "running" && isWanted(pull))) return;
    const pull: Pull = { id: String(++this.#lastId), ...wanted, state: "running", progress: noProgress };
    this.#set([pull, ...this.#pulls.filter((other) => !isWanted(other))]);
    using abort = new LinkedAbort(this.#context.stopping);
    this.#aborts.set(pull.id, abort);
    try {
      await this.#follow(pull, abort.signal);
    } catch (error) {
      const isCancelled = abort.signal.aborted;
      this.#change(pull.id, isCancelled ? { state: "cancelled" } : { state: "failed", error: messageOf(error) });
    } finally {
      this.#aborts.delete(pull.id);
    }
  }

  cancel(id: string): void {
    this.#aborts.get(id)?.abort(new Error("It was cancelled on the page"));
  }

  /** Takes those that have ended off the list. */
  forgetEnded(): void {
    this.#set(this.#pulls.filter(({ state }) => state === "running"));
  }

  async #follow({ id, backend, model }: Pull, signal: AbortSignal): Promise<void> {
    const response = await this.#context.ask("/api/pull", {
      method: "POST",
      headers: { "content-type": "application/json", "x-broker-backend": backend },
      body: JSON.stringify({ model, stream: true }),
      signal,
    });
    if (!response.ok) throw new Error(await errorOf(response));
    let progress = noProgress;
    const { clock } = this.#context;
    let toldAt = -Infinity;
    const tell = () => {
      toldAt = clock.monotonic();
      this.#change(id, { progress });
    };
    let cancelTell: (() => void) | undefined;
    try {
      for await (const line of textLines(response.body, signal)) {
        progress = nextProgress(progress, line);
        cancelTell ??= clock.after(tellMs, () => (cancelTell = undefined, tell()));
        if (clock.monotonic() - toldAt >= tellMs) tell();
      }
    } finally {
      cancelTell?.();
    }
    signal.throwIfAborted();
    const { end } = progress;
    if (!end) throw new Error(`${backend} ended without saying that it is done`);
    if (!end.ok) throw new Error(this.#context.redact(end.error));
    this.#change(id, { state: "done" });
  }

  #change(id: string, change: Partial<Pull>): void {
    this.#set(this.#pulls.map((pull) => pull.id === id ? { ...pull, ...change } : pull));
  }

  #set(pulls: readonly Pull[]): void {
    let ended = 0;
    this.#pulls = pulls.filter(({ state }) => state === "running" || ++ended <= maxEnded);
    for (const listener of [...this.#listeners]) listener();
  }
}
