import type { Service } from "../../core/supervise.ts";
import type { Bus } from "../../dbus/types.ts";
import { type BusLink, eachConnection } from "../bus_link.ts";
import type { DesktopContext } from "../context.ts";
import { installedIcon } from "./installed_icon.ts";
import { nextTimedChange } from "../next_timed_change.ts";
import { Mute } from "./mute.ts";
import { emptyMemory, nextNotices, type Notice, type NoticeMemory, type NoticeStep } from "./notification_rules.ts";
import { type Notification, NotificationsClient } from "./notifications_client.ts";
import type { PerformAction } from "../actions/perform_action.ts";
import { situationOf } from "./situation.ts";

export interface NotifierParts {
  link: BusLink;
  perform: PerformAction;
  /** Default: one that only its own notifications know of. */
  mute?: Mute;
}

/**
 * Tells the user by notifications what `notification_rules` find worth it, as long as `desktop.notifications` is on and
 * they have not muted them.
 */
export function createNotifier(context: DesktopContext, parts: NotifierParts): Service {
  const { link, perform, mute = new Mute(context) } = parts;
  let memory: NoticeMemory | undefined;
  return {
    name: "notifications",
    run: (signal) =>
      eachConnection(link, signal, async (bus, connected) => {
        memory ??= emptyMemory(context.clock.monotonic());
        const notifier = await Notifier.open(bus, {
          context,
          perform,
          mute,
          memory,
          remember: (kept) => memory = kept,
        });
        await notifier.run(connected);
      }),
  };
}

interface NotifierOptions {
  context: DesktopContext;
  perform: PerformAction;
  mute: Mute;
  memory: NoticeMemory;
  /** Called at the end, with what another connection goes on from. */
  remember: (memory: NoticeMemory) => void;
}

/** The notifier on one connection. */
class Notifier {
  readonly #options: NotifierOptions;
  readonly #client: NotificationsClient;
  /** Backends that "Retry" of a subject tests. */
  readonly #toTest = new Map<string, readonly string[]>();
  #memory: NoticeMemory;
  #cancelTimer = () => {};

  private constructor(client: NotificationsClient, options: NotifierOptions) {
    this.#client = client;
    this.#options = options;
    this.#memory = options.memory;
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
    const { context: { store, onConfig }, mute } = this.#options;
    const look = () => this.look();
    const ended = Promise.withResolvers<void>();
    const unsubscribe = [store.subscribe(look), onConfig(look), mute.subscribe(look)];
    signal.addEventListener("abort", () => ended.resolve(), { once: true });
    try {
      look();
      if (!signal.aborted) await ended.promise;
    } finally {
      for (const end of unsubscribe) end();
      this.#cancelTimer();
      // What is shown by a daemon that has ended would stay there, true or not.
      this.#client.closeAll();
      this.#options.remember(this.#memory);
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
    const { perform, mute } = this.#options;
    const backends = this.#toTest.get(subject) ?? [];
    if (key === "default") void perform({ do: "open_settings" }, from);
    if (key === "retry" && backends.length > 0) void perform({ do: "test_backends", backends }, from);
    if (key === "mute") mute.forAnHour();
  }

  #isQuiet(): boolean {
    const { context: { config }, mute } = this.#options;
    return !config().desktop.notifications || mute.until !== undefined;
  }

  #tell(notice: Notice): void {
    this.#toTest.set(notice.subject, notice.toTest);
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
  config: { urgency: "normal", category: "x-cloudtolocalllm.config" },
  cap: { urgency: "normal", category: "x-cloudtolocalllm.cap" },
  credential: { urgency: "normal", category: "network.error" },
  recovery: { urgency: "low", category: "network.connected" },
} as const;

/** A click on the notification itself. Servers that list it beside the others show its label. */
const open = ["default", "Open settings"] as const;
const retry = ["retry", "Retry"] as const;
const mute = ["mute", "Mute for 1 hour"] as const;

function rendered({ kind, subject, summary, body, toTest }: Notice): Notification {
  const actions = kind === "recovery" ? [open] : [open, ...(toTest.length > 0 ? [retry] : []), mute];
  return { subject, summary, body, ...kinds[kind], actions };
}
