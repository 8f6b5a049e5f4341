import { type CallEnd } from "./pending_calls.ts";
import type { Message, MessageFields } from "./message.ts";
import { assertNames, isUniqueName, theBus } from "./names.ts";
import { BusError, type Signal, type SignalRule, type Value } from "./types.ts";

/** What the matches need of the connection. */
export interface MatchLine {
  call(fields: MessageFields & { destination: string }, end: CallEnd): void;
  send(fields: MessageFields): void;
  /** Told what a listener threw. */
  onError(error: unknown): void;
}

type Listener = (signal: Signal) => void;
type OwnerListener = (owner: string | undefined) => void;

interface Match {
  rule: SignalRule;
  listeners: Set<{ listener: Listener }>;
  /** The bus has taken the rule. */
  ready: Promise<void>;
}

interface WatchedName {
  owner: string | undefined;
  isKnown: boolean;
  listeners: Set<{ listener: OwnerListener }>;
  ready: Promise<void>;
  unwatch: () => void;
}

/**
 * The signals that are wanted. The bus is told of each distinct rule once. A rule with a well-known sender lets only
 * signals of that name's present owner pass, which is followed for it.
 */
export class Matches {
  readonly #line: MatchLine;
  readonly #matches = new Map<string, Match>();
  readonly #names = new Map<string, WatchedName>();

  constructor(line: MatchLine) {
    this.#line = line;
  }

  /** How many rules and names are followed. */
  get size(): number {
    return this.#matches.size + this.#names.size;
  }

  async watch(rule: SignalRule, listener: Listener): Promise<() => void> {
    const { sender } = rule;
    if (sender === undefined || sender === theBus || isUniqueName(sender)) return await this.#watchRule(rule, listener);
    const unwatchName = await this.watchName(sender, () => {});
    try {
      const unwatch = await this.#watchRule(rule, listener);
      return () => (unwatch(), unwatchName());
    } catch (error) {
      unwatchName();
      throw error;
    }
  }

  async watchName(name: string, listener: OwnerListener): Promise<() => void> {
    let watched = this.#names.get(name);
    if (!watched) {
      watched = { owner: undefined, isKnown: false, listeners: new Set(), ready: Promise.resolve(), unwatch: () => {} };
      this.#names.set(name, watched);
      watched.ready = this.#follow(name, watched);
    }
    const entry = { listener };
    watched.listeners.add(entry);
    const unwatch = once(() => this.#unwatchName(name, watched, entry));
    // Told here when the owner is known already; else by the answer of the bus.
    if (watched.isKnown) this.#tell(() => listener(watched.owner));
    try {
      await watched.ready;
    } catch (error) {
      unwatch();
      throw error;
    }
    return unwatch;
  }

  /** Gives a signal to whom it is for. */
  dispatch(message: Message): void {
    let signal: Signal | undefined;
    for (const match of [...this.#matches.values()]) {
      if (!this.#fitsHeader(match.rule, message)) continue;
      signal ??= toSignal(message);
      if (!signal) return;
      if (match.rule.arg0 !== undefined && match.rule.arg0 !== signal.body[0]) continue;
      for (const entry of [...match.listeners]) {
        if (match.listeners.has(entry)) this.#tell(() => entry.listener(signal!));
      }
    }
  }

  clear(): void {
    this.#matches.clear();
    this.#names.clear();
  }

  #fitsHeader(rule: SignalRule, message: Message): boolean {
    if (rule.path !== undefined && rule.path !== message.path) return false;
    if (rule.interface !== undefined && rule.interface !== message.interface) return false;
    if (rule.member !== undefined && rule.member !== message.member) return false;
    return rule.sender === undefined || rule.sender === message.sender ||
      (message.sender !== undefined && this.#names.get(rule.sender)?.owner === message.sender);
  }

  async #watchRule(rule: SignalRule, listener: Listener): Promise<() => void> {
    const text = ruleText(rule);
    let match = this.#matches.get(text);
    if (!match) {
      match = { rule: { ...rule }, listeners: new Set(), ready: this.#askBus("AddMatch", text) };
      this.#matches.set(text, match);
    }
    const entry = { listener };
    match.listeners.add(entry);
    const unwatch = once(() => this.#unwatchRule(text, match, entry));
    try {
      await match.ready;
    } catch (error) {
      match.listeners.delete(entry);
      if (this.#matches.get(text) === match) this.#matches.delete(text);
      throw error;
    }
    return unwatch;
  }

  #unwatchRule(text: string, match: Match, entry: { listener: Listener }): void {
    match.listeners.delete(entry);
    if (match.listeners.size > 0 || this.#matches.get(text) !== match) return;
    this.#matches.delete(text);
    this.#line.send({ ...busCall("RemoveMatch", "s", [text]), flags: 1 });
  }

  /** The owner is asked for after the bus was told to tell changes: none is lost, and the answer is never too old. */
  async #follow(name: string, watched: WatchedName): Promise<void> {
    const rule = { sender: theBus, interface: theBus, member: "NameOwnerChanged", path: busPath, arg0: name };
    const learn = (owner: string | undefined) => {
      if (watched.isKnown && watched.owner === owner) return;
      watched.owner = owner;
      watched.isKnown = true;
      for (const { listener } of [...watched.listeners]) this.#tell(() => listener(owner));
    };
    try {
      watched.unwatch = await this.#watchRule(rule, ({ body }) => watched.isKnown && learn(ownerIn(body[2])));
      await this.#askOwner(name, learn);
    } catch (error) {
      if (this.#names.get(name) === watched) this.#names.delete(name);
      watched.unwatch();
      throw error;
    }
    if (this.#names.get(name) !== watched) watched.unwatch();
  }

  #unwatchName(name: string, watched: WatchedName, entry: { listener: OwnerListener }): void {
    watched.listeners.delete(entry);
    if (watched.listeners.size > 0 || this.#names.get(name) !== watched) return;
    this.#names.delete(name);
    watched.unwatch();
  }

  #askOwner(name: string, learn: (owner: string | undefined) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#line.call(busCall("GetNameOwner", "s", [name]), {
        resolve: ([owner]) => resolve(learn(ownerIn(owner))),
        reject: (error) => {
          const isFree = error instanceof BusError && error.busName === "org.freedesktop.DBus.Error.NameHasNoOwner";
          if (isFree) resolve(learn(undefined));
          else reject(error);
        },
      });
    });
  }

  #askBus(member: string, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#line.call(busCall(member, "s", [text]), { resolve: () => resolve(), reject });
    });
  }

  /** What a listener throws, also later, is its own affair and not that of the others. */
  #tell(call: () => unknown): void {
    try {
      const result = call();
      if (result instanceof Promise) result.catch((error) => this.#line.onError(error));
    } catch (error) {
      this.#line.onError(error);
    }
  }
}

export const busPath = "/org/freedesktop/DBus";

export function busCall(member: string, signature: string, body: readonly Value[]) {
  return { type: 1, path: busPath, interface: theBus, member, destination: theBus, signature, body };
}

/** A rule as the bus takes it (D-Bus Specification, "Match Rules"). Throws a TypeError for names that cannot be. */
export function ruleText(rule: SignalRule): string {
  const { sender, path, member, arg0 } = rule;
  assertNames({ "bus name": sender, "object path": path, "interface name": rule.interface, "member name": member });
  const parts = [["type", "signal"], ["sender", sender], ["path", path], ["interface", rule.interface]];
  const all = [...parts, ["member", member], ["arg0", arg0]].filter(([, value]) => value !== undefined);
  return all.map(([key, value]) => `${key}='${value!.replaceAll("'", `'\\''`)}'`).join(",");
}

function ownerIn(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function toSignal(message: Message): Signal | undefined {
  try {
    const { path, member, sender = "" } = message;
    return { sender, path: path!, interface: message.interface!, member: member!, body: message.readBody() };
  } catch {
    return undefined;
  }
}

function once(fn: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    fn();
  };
}
