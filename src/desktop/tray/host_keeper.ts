import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { restartPauseMs } from "../../core/supervise.ts";
import type { TrayHost } from "./tray_host.ts";
import type { TrayKind } from "./tray_choice.ts";

export interface HostKeeperOptions {
  clock: Clock;
  log: Log;
  /** Where the tray is to be shown now. Asked again after each {@linkcode HostKeeper.look}. */
  choose: (shown: TrayKind | undefined) => TrayKind | undefined;
  /** May reject: it is tried again, after a pause that doubles. Has to settle soon after `signal` aborts. */
  open: (kind: TrayKind, signal: AbortSignal) => Promise<TrayHost>;
  /** Told of the host that is open now. */
  onHost: (host: TrayHost | undefined) => void;
  /** Told why one did not open or has ended; it is tried again. */
  onFailure?: (reason: string) => void;
  /** From 0 up to 1, for jitter. */
  random?: () => number;
}

/** A host that has lived for so long was well: the pauses begin anew. */
const healthyAfterMs = 60_000;

const endedWords: Record<TrayKind, string> = {
  sni: "The connection that showed the icon has ended",
  gtk: "The GTK process that showed the icon has ended",
};

interface OpenHost {
  kind: TrayKind;
  host: TrayHost;
  openedAt: number;
}

/** Has the host open that is chosen, and no other; one that ends or does not open comes back after a pause. */
export class HostKeeper {
  readonly #options: HostKeeperOptions;
  readonly #failures = { sni: { count: 0, until: -Infinity }, gtk: { count: 0, until: -Infinity } };
  #open: OpenHost | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(options: HostKeeperOptions) {
    this.#options = options;
  }

  /** Something has changed that the choice depends on. */
  look(): void {
    this.#changed.resolve();
  }

  /** Works until the signal aborts; then the host is closed. */
  async run(signal: AbortSignal): Promise<void> {
    const wake = () => this.look();
    signal.addEventListener("abort", wake);
    try {
      while (!signal.aborted) {
        this.#changed = Promise.withResolvers();
        await this.#turn(signal);
      }
    } finally {
      signal.removeEventListener("abort", wake);
      await this.#close();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { clock, choose } = this.#options;
    const kind = choose(this.#open?.kind);
    if (kind === this.#open?.kind) return await this.#changed.promise;
    await this.#close();
    if (!kind) return;
    const waitMs = this.#failures[kind].until - clock.monotonic();
    if (waitMs <= 0) return await this.#tryToOpen(kind, signal);
    const cancel = clock.after(waitMs, () => this.look());
    await this.#changed.promise;
    cancel();
  }

  async #tryToOpen(kind: TrayKind, signal: AbortSignal): Promise<void> {
    const { clock, log, open, onHost } = this.#options;
    try {
      const host = await open(kind, signal);
      this.#open = { kind, host, openedAt: clock.monotonic() };
      void host.closed.then(() => this.#lost(host));
      onHost(host);
    } catch (error) {
      if (signal.aborted) return;
      log.debug("The tray cannot be shown; it is tried again", { host: kind, error: messageOf(error) });
      this.#failed(kind, messageOf(error));
    }
  }

  /** It has ended by itself. */
  #lost(host: TrayHost): void {
    if (this.#open?.host !== host) return;
    const { kind, openedAt } = this.#open;
    const { clock, log, onHost } = this.#options;
    this.#open = undefined;
    onHost(undefined);
    if (clock.monotonic() - openedAt >= healthyAfterMs) this.#failures[kind].count = 0;
    this.#failed(kind, endedWords[kind]);
    log.debug("The tray has ended; it is shown again", { host: kind });
    this.look();
  }

  #failed(kind: TrayKind, reason: string): void {
    const { clock, random = Math.random, onFailure } = this.#options;
    onFailure?.(reason);
    const failure = this.#failures[kind];
    failure.until = clock.monotonic() + restartPauseMs(++failure.count, random());
  }

  async #close(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    this.#options.onHost(undefined);
    await open.host.close();
  }
}
