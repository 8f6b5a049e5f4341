import type { Service } from "../core/supervise.ts";
import type { Bus } from "../dbus/types.ts";
import { type BusLink, eachConnection } from "./bus_link.ts";
import type { DesktopContext } from "./context.ts";
import { installedIcon } from "./installed_icon.ts";
import { nextTimedChange } from "./next_timed_change.ts";
import { emptyMemory, nextNotices, type Notice, type NoticeMemory, type NoticeStep } from "./notification_rules.ts";
import { type Notification, NotificationsClient } from "./notifications_client.ts";
import type { PerformAction } from "./perform_action.ts";
import { situationOf } from "./situation.ts";

const muteMs = 3_600_000;

export interface NotifierParts {
  link: BusLink;
  perform: PerformAction;
}

/**
 * Tells the user by notifications what `notification_rules` find worth it, as long as `desktop.notifications` is on and
 * they have not muted them, which lasts an hour or until the daemon ends.
 */
export function createNotifier(context: DesktopContext, { link, perform }: NotifierParts): Service {
  let memory: NoticeMemory | undefined;
  let mutedUntil = -Infinity;
  return {
    name: "notifications",
    run: (signal) =>
      eachConnection(link, signal, async (bus, connected) => {
        memory ??= emptyMemory(context.clock.monotonic());
        const notifier = await Notifier.open(bus, {
          context,
          perform,
          memory,
          mutedUntil,
          remember(kept, muted) {
            memory = kept;
            mutedUntil = muted;
          },
        });
        await notifier.run(connected);
      }),
  };
}

interface NotifierOptions {
  context: DesktopContext;
  perform: PerformAction;
  memory: NoticeMemory;
  /** Wall clock. */
  mutedUntil: number;
  /** Called at the end, with what another connection goes on from. */
  remember: (memory: NoticeMemory, mutedUntil: number) => void;
}

/** The notifier on one connection. */
class Notifier {
  readonly #options: NotifierOptions;
  readonly #client: NotificationsClient;
  /** Backend that "Retry" of a subject tests. */
  readonly #backends = new Map<string, string>();
  #memory: NoticeMemory;
  #mutedUntil: number;
  #cancelTimer = () => {};

  private constructor(client: NotificationsClient, options: NotifierOptions) {
    this.#client = client;
    this.#options = options;
    this.#memory = options.memory;
    this.#mutedUntil = options.mutedUntil;
  }

  static async open(bus: Bus, options: NotifierOptions): Promise<Notifier> {
    const { log, clock, env } = options.context;
    let icon: Promise<string> | undefined;
    let notifier: Notifier | undefined;
    const client = await NotificationsClient.open(bus, {
      log,
      clock,
      icon: () => icon ??= installedIcon("cloudtolocalllm", env),
      onAction: (subject, key, from) => notifier?.do(subject, key, from),
    });
    return notifier = new Notifier(client, options);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { store, onConfig } = this.#options.context;
    const look = () => this.look();
    const ended = Promise.withResolvers<void>();
    const unsubscribe = [store.subscribe(look), onConfig(look)];
    signal.addEventListener("abort", () => ended.resolve(), { once: true });
    try {
      look();
      if (!signal.aborted) await ended.promise;
    } finally {
      for (const end of unsubscribe) end();
      this.#cancelTimer();
      // What is shown by a daemon that has ended would stay there, true or not.
      this.#client.closeAll();
      this.#options.remember(this.#memory, this.#mutedUntil);
      await this.#client[Symbol.asyncDispose]();
    }
  }

  look(): void {
    const { clock, store } = this.#options.context;
    const now = clock.monotonic();
    const step = nextNotices(this.#memory, situationOf(store.state, now), { now, isQuiet: this.#isQuiet() });
    this.#memory = step.memory;
    for (const subject of step.close) this.#client.close(subject);
    for (const notice of step.tell) this.#tell(notice);
    this.#lookAgain(step, now);
  }

  do(subject: string, key: string, from: { activationToken?: string }): void {
    const { perform, context } = this.#options;
    const backend = this.#backends.get(subject);
    if (key === "default" || key === "settings") void perform({ do: "open_settings" }, from);
    if (key === "retry" && backend !== undefined) void perform({ do: "test_backend", backend }, from);
    if (key === "mute") {
      this.#mutedUntil = context.clock.now() + muteMs;
      context.log.info("Notifications are muted for an hour");
      this.look();
    }
  }

  #isQuiet(): boolean {
    const { config, clock } = this.#options.context;
    return !config().desktop.notifications || clock.now() < this.#mutedUntil;
  }

  #tell(notice: Notice): void {
    this.#backends.set(notice.subject, notice.backend);
    this.#client.show(rendered(notice));
  }

  #lookAgain({ lookAgainAt = Infinity }: NoticeStep, now: number): void {
    const { clock, store } = this.#options.context;
    this.#cancelTimer();
    const at = Math.min(lookAgainAt, nextTimedChange(store.state, now) ?? Infinity);
    this.#cancelTimer = Number.isFinite(at) ? clock.after(at - now, () => this.look()) : () => {};
  }
}

const kinds = {
  failover: { urgency: "normal", category: "network.error" },
  down: { urgency: "normal", category: "network.disconnected" },
  credential: { urgency: "normal", category: "network.error" },
  recovery: { urgency: "low", category: "network.connected" },
} as const;

const open = ["default", "Open settings"] as const;
const actions = [open, ["settings", "Open settings"], ["retry", "Retry"], ["mute", "Mute for 1 hour"]] as const;

function rendered({ kind, subject, summary, body }: Notice): Notification {
  return { subject, summary, body, ...kinds[kind], actions: kind === "recovery" ? [open] : actions };
}
