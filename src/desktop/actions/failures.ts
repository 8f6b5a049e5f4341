import { messageOf } from "../../core/errors.ts";
import type { Bus } from "../../dbus/types.ts";
import type { DesktopContext } from "../context.ts";
import type { Told } from "../notifications/tell.ts";

/** A kind of failure is told so often at most, in ms. */
const everyMs = 60_000;

interface Kind {
  at: number;
  /** Failures since then that were not told. */
  untold: number;
  shown?: Told;
}

export interface FailuresOptions {
  context: DesktopContext;
  /** The session's bus, as long as there is one. */
  link: { readonly bus: Bus | undefined };
}

/**
 * Tells the user what did not work: a warning in the log, and a notification where there is a server for them and the
 * user wants any. Of each kind there is one notification, in the place of the one before, and one a minute at most; the
 * warning after that says how many were not told.
 */
export class Failures {
  readonly #options: FailuresOptions;
  /** By summary. */
  readonly #kinds = new Map<string, Kind>();

  constructor(options: FailuresOptions) {
    this.#options = options;
  }

  /** `summary` is the kind, one of a few. Never rejects. */
  async tell(summary: string, reason: string): Promise<void> {
    const { context: { log, clock, config }, link: { bus } } = this.#options;
    const now = clock.monotonic();
    const before = this.#kinds.get(summary);
    if (before && now - before.at < everyMs) return void before.untold++;
    const kind: Kind = { at: now, untold: 0, shown: before?.shown };
    this.#kinds.set(summary, kind);
    log.warn(summary, before?.untold ? { reason, untold: before.untold } : { reason });
    if (!bus || !config().desktop.notifications) return;
    try {
      const { tell } = await import("../notifications/tell.ts");
      kind.shown = await tell(bus, { summary, body: reason, replaces: kind.shown });
    } catch (error) {
      log.debug("Cannot tell it by a notification", { error: messageOf(error) });
    }
  }
}
