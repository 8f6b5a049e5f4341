import type { ReportPart } from "../../core/part_seen.ts";
import type { Service } from "../../core/supervise.ts";

/**
 * Whether this daemon is the one that stands for the session: it owns the name on the bus, or there is no bus to ask.
 * Undecided until that is known.
 */
export class Role {
  #isPrimary: boolean | undefined;
  readonly #listeners = new Set<(isPrimary: boolean) => void>();

  /** Not while it is undecided. */
  get isPrimary(): boolean {
    return this.#isPrimary ?? false;
  }

  get isDecided(): boolean {
    return this.#isPrimary !== undefined;
  }

  /** Tells the listeners when it is another. */
  decide(isPrimary: boolean): void {
    if (this.#isPrimary === isPrimary) return;
    this.#isPrimary = isPrimary;
    for (const listener of [...this.#listeners]) listener(isPrimary);
  }

  /** `listener` is called after each change; the returned function ends that. */
  subscribe(listener: (isPrimary: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const standsElsewhere = "Another daemon stands for this session";
const undecided = "It is not known yet whether another daemon stands for this session";

/** The same service, running only while this daemon is the primary one: a session wants one icon, not one a daemon. */
export function whilePrimary(role: Role, service: Service, report: ReportPart = () => {}): Service {
  const { name } = service;
  return {
    name,
    async run(signal) {
      while (!signal.aborted) {
        if (!role.isPrimary) report(name, { state: "waiting", reason: role.isDecided ? standsElsewhere : undecided });
        await untilRole(role, true, signal);
        if (signal.aborted) return;
        report(name, { state: "running" });
        const turn = new AbortController();
        const end = () => turn.abort(signal.reason ?? new Error("Another daemon stands for the session"));
        const unsubscribe = role.subscribe((isPrimary) => isPrimary || end());
        signal.addEventListener("abort", end, { once: true });
        try {
          await service.run(turn.signal);
          // Its work is done for good.
          if (!turn.signal.aborted) return;
        } catch (error) {
          if (!turn.signal.aborted) throw error;
        } finally {
          unsubscribe();
          signal.removeEventListener("abort", end);
        }
      }
    },
  };
}

/** Resolves when the role is as wanted, or `signal` aborts. */
function untilRole(role: Role, isPrimary: boolean, signal: AbortSignal): Promise<void> {
  if (signal.aborted || (role.isDecided && role.isPrimary === isPrimary)) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      unsubscribe();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const unsubscribe = role.subscribe((now) => now === isPrimary && end());
    signal.addEventListener("abort", end, { once: true });
  });
}
