import type { Bus, Signal, Value } from "../../dbus/types.ts";
import { BusError } from "../../dbus/types.ts";
import { variant } from "../../dbus/variant.ts";
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { within } from "../../core/within.ts";
import { activationTokenOf } from "../activation_token.ts";
import { escapeMarkup } from "./escape_markup.ts";

/** What is shown. A new one with the same `subject` takes the place of the old. */
export interface Notification {
  subject: string;
  summary: string;
  /** Plain text. */
  body: string;
  urgency: "low" | "normal" | "critical";
  /** Of the Desktop Notifications Specification, such as `network.error`. */
  category: string;
  /** Keys and labels; `default` is a click on the notification itself. Left out where the server shows none. */
  actions: readonly (readonly [key: string, label: string])[];
}

export interface NotificationsOptions {
  log: Log;
  clock: Clock;
  /** Name of an icon that is installed, else "". */
  icon: () => Promise<string>;
  onAction: (subject: string, key: string, from: { activationToken?: string }) => void;
}

const name = "org.freedesktop.Notifications";
const server = { destination: name, path: "/org/freedesktop/Notifications", interface: name };
const defaultTime = -1;
const urgencies = { low: 0, normal: 1, critical: 2 } as const;
const timeoutMs = 5_000;
/** What it is allowed to tell us; nothing else is asked of the bus. */
const members = ["ActionInvoked", "ActivationToken", "NotificationClosed"];
/** Tasks that wait for their turn; more come only while the server hangs, and are dropped. */
const maxWaiting = 64;
/** Keys of actions are ours, tokens are short. */
const maxWordLength = 4096;
/** Patience at the end with a server that does not answer. */
const goodByeMs = 1_000;

/** What one server showed of ours; void as soon as the name has another owner. */
interface Server {
  owner: string | undefined;
  capabilities: Promise<ReadonlySet<string>> | undefined;
  shown: Map<string, number>;
  /** Of the click that comes next. */
  tokens: Map<number, string>;
}

/**
 * Notifications of ours at whatever server the session has (Desktop Notifications Specification 1.3). Where there is
 * none, nothing is shown and nobody waits. Calls go out one after the other, and what the server signals is heard in
 * between, so that an answer and a click on what it answered keep their order. A server that hangs costs no memory: what
 * it signals waits only when it is about something of ours, and of either side a bounded number of tasks waits.
 */
export class NotificationsClient {
  readonly #bus: Bus;
  readonly #options: NotificationsOptions;
  readonly #unwatch: (() => void)[] = [];
  #server: Server = noServer(undefined);
  #last: Promise<void> = Promise.resolve();
  readonly #waiting = { ours: 0, theirs: 0 };
  /** An answer that comes gives an id that is not known yet. */
  #isNotifying = false;

  private constructor(bus: Bus, options: NotificationsOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  static async open(bus: Bus, options: NotificationsOptions): Promise<NotificationsClient> {
    const client = new NotificationsClient(bus, options);
    const { path, interface: of } = server;
    client.#unwatch.push(await bus.watchName(name, (owner) => client.#ownerIs(owner)));
    for (const member of members) {
      const rule = { sender: name, path, interface: of, member };
      client.#unwatch.push(await bus.watch(rule, (signal) => client.#take(signal)));
    }
    return client;
  }

  /** How many tasks wait for their turn. For tests. */
  get waiting(): number {
    return this.#waiting.ours + this.#waiting.theirs;
  }

  show(notification: Notification): void {
    this.#enqueue(() => this.#notify(notification));
  }

  /** Takes a notification back; nothing happens when it is gone already. */
  close(subject: string): void {
    this.#enqueue(() => this.#withdraw(subject));
  }

  closeAll(): void {
    this.#enqueue(async () => {
      for (const subject of [...this.#server.shown.keys()]) await this.#withdraw(subject);
    });
  }

  /** Listens no more; resolves when what was asked for before has been done, or the server takes too long. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#unwatch) end();
    const late = () => new Error("The server for notifications does not answer");
    await within(goodByeMs, this.#last, { clock: this.#options.clock, late }).catch(() => {});
  }

  #ownerIs(owner: string | undefined): void {
    // The first call may have started it: what that asked is this server's answer.
    if (this.#server.owner === undefined && this.#server.capabilities) this.#server.owner = owner;
    else if (owner !== this.#server.owner) this.#server = noServer(owner);
  }

  #enqueue(task: () => void | Promise<void>, whose: "ours" | "theirs" = "ours"): void {
    if (this.#waiting[whose] >= maxWaiting) return;
    this.#waiting[whose]++;
    this.#last = this.#last.then(async () => {
      try {
        if (!this.#bus.closed.aborted) await task();
      } catch (error) {
        if (!this.#bus.closed.aborted) this.#report(error);
      } finally {
        this.#waiting[whose]--;
      }
    });
  }

  #report(error: unknown): void {
    const isAbsent = error instanceof BusError && absent.has(error.busName);
    this.#options.log.debug(
      isAbsent ? "There is no server for notifications" : "A notification could not be shown",
      { error: messageOf(error) },
    );
  }

  async #notify({ subject, summary, body, urgency, category, actions }: Notification): Promise<void> {
    const capabilities = await this.#capabilities();
    // Asking may have started the server, and so have replaced it.
    const at = this.#server;
    const hints = {
      urgency: variant("y", urgencies[urgency]),
      category: variant("s", category),
      "desktop-entry": variant("s", "cloudtolocalllm"),
    };
    const text = capabilities.has("body-markup") ? escapeMarkup(body) : body;
    const buttons = capabilities.has("actions") ? actions.flat() : [];
    const icon = await this.#options.icon();
    const replaced = at.shown.get(subject) ?? 0;
    this.#isNotifying = true;
    try {
      const body = ["CloudToLocalLLM", replaced, icon, summary, text, buttons, hints, defaultTime];
      const [id] = await this.#call("Notify", "susssasa{sv}i", body);
      if (at === this.#server && typeof id === "number" && id > 0) at.shown.set(subject, id);
    } finally {
      this.#isNotifying = false;
    }
  }

  async #capabilities(): Promise<ReadonlySet<string>> {
    const at = this.#server;
    at.capabilities ??= this.#call("GetCapabilities").then(([list]) => knownIn(list));
    try {
      return await at.capabilities;
    } catch (error) {
      at.capabilities = undefined;
      throw error;
    }
  }

  async #withdraw(subject: string): Promise<void> {
    const id = this.#server.shown.get(subject);
    if (id === undefined) return;
    this.#server.shown.delete(subject);
    await this.#call("CloseNotification", "u", [id], { autoStart: false });
  }

  #call(member: string, signature?: string, body?: Value[], { autoStart = true } = {}): Promise<readonly Value[]> {
    return this.#bus.call({ ...server, member, signature, body }, { autoStart, timeoutMs });
  }

  #take({ sender, member, body: [id, word] }: Signal): void {
    const at = this.#server;
    if (sender !== at.owner || typeof id !== "number") return;
    if (typeof word === "string" && word.length > maxWordLength) return;
    if (!this.#isNotifying && ![...at.shown.values()].includes(id)) return;
    this.#enqueue(() => {
      if (at === this.#server) this.#hear(member, id, word);
    }, "theirs");
  }

  #hear(member: string, id: number, word: Value): void {
    const { shown, tokens } = this.#server;
    const subject = [...shown].find(([, known]) => known === id)?.[0];
    if (subject === undefined) return;
    const token = member === "ActivationToken" ? activationTokenOf(word) : undefined;
    if (token !== undefined) tokens.set(id, token);
    if (member === "NotificationClosed") {
      shown.delete(subject);
      tokens.delete(id);
    }
    if (member === "ActionInvoked" && typeof word === "string") {
      const activationToken = tokens.get(id);
      tokens.delete(id);
      this.#options.onAction(subject, word, { activationToken });
    }
  }
}

const absent = new Set([
  "org.freedesktop.DBus.Error.ServiceUnknown",
  "org.freedesktop.DBus.Error.NameHasNoOwner",
]);

/** Those that matter here: what else a server says of itself is not kept. */
function knownIn(list: Value): ReadonlySet<string> {
  return new Set(["body-markup", "actions"].filter((each) => Array.isArray(list) && list.includes(each)));
}

function noServer(owner: string | undefined): Server {
  return { owner, capabilities: undefined, shown: new Map(), tokens: new Map() };
}
