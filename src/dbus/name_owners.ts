import { busCall, type BusLine, busPath, tell } from "./bus_calls.ts";
import { theBus } from "./names.ts";
import { BusError, type Signal, type SignalRule, type Value } from "./types.ts";

type Listener = (owner: string | undefined) => void;
type WatchRule = (rule: SignalRule, listener: (signal: Signal) => void) => Promise<() => void>;

interface WatchedName {
  name: string;
  owner: string | undefined;
  isKnown: boolean;
  listeners: Set<{ listener: Listener }>;
  ready: Promise<void>;
  unwatch: () => void;
}

/** Follows who owns well-known names, each for as long as somebody listens. */
export class NameOwners {
  readonly #line: BusLine;
  readonly #watchRule: WatchRule;
  readonly #names = new Map<string, WatchedName>();

  constructor(line: BusLine, watchRule: WatchRule) {
    this.#line = line;
    this.#watchRule = watchRule;
  }

  get size(): number {
    return this.#names.size;
  }

  ownerOf(name: string): string | undefined {
    return this.#names.get(name)?.owner;
  }

  /** Resolves once `listener` has been told the present owner. The returned function ends it. */
  async watch(name: string, listener: Listener): Promise<() => void> {
    const watched = this.#names.get(name) ?? this.#start(name);
    const entry = { listener };
    watched.listeners.add(entry);
    const unwatch = () => this.#unwatch(watched, entry);
    // Told here when the owner is known already; else when the bus answers.
    if (watched.isKnown) tell(() => listener(watched.owner), this.#line.onError);
    try {
      await watched.ready;
    } catch (error) {
      unwatch();
      throw error;
    }
    return unwatch;
  }

  clear(): void {
    this.#names.clear();
  }

  #start(name: string): WatchedName {
    const listeners = new Set<{ listener: Listener }>();
    const ready = Promise.resolve();
    const watched = { name, owner: undefined, isKnown: false, listeners, ready, unwatch: () => {} };
    this.#names.set(name, watched);
    watched.ready = this.#follow(watched);
    return watched;
  }

  /** The owner is asked for after the bus was told to tell changes: none is lost, and the answer is never too old. */
  async #follow(watched: WatchedName): Promise<void> {
    const { name } = watched;
    const rule = { sender: theBus, path: busPath, interface: theBus, member: "NameOwnerChanged", arg0: name };
    try {
      const onChange = ({ body }: Signal) => watched.isKnown && this.#learn(watched, ownerIn(body[2]));
      watched.unwatch = await this.#watchRule(rule, onChange);
      await this.#ask(watched);
    } catch (error) {
      this.#forget(watched);
      throw error;
    }
    if (this.#names.get(name) !== watched) watched.unwatch();
  }

  #ask(watched: WatchedName): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#line.call(busCall("GetNameOwner", "s", [watched.name]), {
        resolve: ([owner]) => resolve(this.#learn(watched, ownerIn(owner))),
        reject: (error) => {
          if (isNameFree(error)) resolve(this.#learn(watched, undefined));
          else reject(error);
        },
      });
    });
  }

  #learn(watched: WatchedName, owner: string | undefined): void {
    if (watched.isKnown && watched.owner === owner) return;
    watched.owner = owner;
    watched.isKnown = true;
    for (const entry of [...watched.listeners]) {
      if (watched.listeners.has(entry)) tell(() => entry.listener(owner), this.#line.onError);
    }
  }

  #unwatch(watched: WatchedName, entry: { listener: Listener }): void {
    if (watched.listeners.delete(entry) && watched.listeners.size === 0) this.#forget(watched);
  }

  #forget(watched: WatchedName): void {
    if (this.#names.get(watched.name) === watched) this.#names.delete(watched.name);
    watched.unwatch();
  }
}

function isNameFree(error: unknown): boolean {
  return error instanceof BusError && error.busName === "org.freedesktop.DBus.Error.NameHasNoOwner";
}

function ownerIn(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
