import { busCall, type BusLine, tell } from "./bus_calls.ts";
import { type Message, messageFlag } from "./message.ts";
import { NameOwners } from "./name_owners.ts";
import { assertNames, isUniqueName, theBus } from "./names.ts";
import type { Signal, SignalRule } from "./types.ts";

type Listener = (signal: Signal) => void;

interface Match {
  text: string;
  rule: SignalRule;
  listeners: Set<{ listener: Listener }>;
  /** The bus has taken the rule. */
  ready: Promise<void>;
}

/**
 * The signals that are wanted. The bus is told of each distinct rule once. A rule with a well-known sender lets only
 * signals of that name's present owner pass, which is followed for it.
 */
export class Matches {
  readonly owners: NameOwners;
  readonly #line: BusLine;
  readonly #matches = new Map<string, Match>();

  constructor(line: BusLine) {
    this.#line = line;
    this.owners = new NameOwners(line, (rule, listener) => this.#watchRule(rule, listener));
  }

  /** How many rules and names are followed. */
  get size(): number {
    return this.#matches.size + this.owners.size;
  }

  async watch(rule: SignalRule, listener: Listener): Promise<() => void> {
    const { sender } = rule;
    if (sender === undefined || sender === theBus || isUniqueName(sender)) return await this.#watchRule(rule, listener);
    const unwatchName = await this.owners.watch(sender, () => {});
    try {
      const unwatch = await this.#watchRule(rule, listener);
      return () => {
        unwatch();
        unwatchName();
      };
    } catch (error) {
      unwatchName();
      throw error;
    }
  }

  /** Gives a signal to whom it is for; one whose body cannot be read is for nobody. */
  dispatch(message: Message): void {
    let signal: Signal | undefined;
    for (const { rule, listeners } of [...this.#matches.values()]) {
      if (!this.#fitsHeader(rule, message)) continue;
      signal ??= toSignal(message);
      if (!signal) return;
      if (rule.arg0 !== undefined && rule.arg0 !== signal.body[0]) continue;
      for (const entry of [...listeners]) {
        if (listeners.has(entry)) tell(() => entry.listener(signal!), this.#line.onError);
      }
    }
  }

  clear(): void {
    this.#matches.clear();
    this.owners.clear();
  }

  #fitsHeader(rule: SignalRule, message: Message): boolean {
    if (rule.path !== undefined && rule.path !== message.path) return false;
    if (rule.interface !== undefined && rule.interface !== message.interface) return false;
    if (rule.member !== undefined && rule.member !== message.member) return false;
    return rule.sender === undefined || rule.sender === message.sender ||
      (message.sender !== undefined && this.owners.ownerOf(rule.sender) === message.sender);
  }

  async #watchRule(rule: SignalRule, listener: Listener): Promise<() => void> {
    const text = ruleText(rule);
    const match = this.#matches.get(text) ?? this.#add(text, rule);
    const entry = { listener };
    match.listeners.add(entry);
    try {
      await match.ready;
    } catch (error) {
      match.listeners.delete(entry);
      if (this.#matches.get(text) === match) this.#matches.delete(text);
      throw error;
    }
    return () => this.#unwatch(match, entry);
  }

  #add(text: string, rule: SignalRule): Match {
    const ready = new Promise<void>((resolve, reject) => {
      this.#line.call(busCall("AddMatch", "s", [text]), { resolve: () => resolve(), reject });
    });
    const match = { text, rule: { ...rule }, listeners: new Set<{ listener: Listener }>(), ready };
    this.#matches.set(text, match);
    return match;
  }

  #unwatch(match: Match, entry: { listener: Listener }): void {
    if (!match.listeners.delete(entry) || match.listeners.size > 0) return;
    if (this.#matches.get(match.text) !== match) return;
    this.#matches.delete(match.text);
    this.#line.send({ ...busCall("RemoveMatch", "s", [match.text]), flags: messageFlag.noReplyExpected });
  }
}

/** A rule as the bus takes it (D-Bus Specification, "Match Rules"). Throws a TypeError for names that cannot be. */
export function ruleText(rule: SignalRule): string {
  const { sender, path, member, arg0 } = rule;
  assertNames({ "bus name": sender, "object path": path, "interface name": rule.interface, "member name": member });
  const keys = Object.entries({ type: "signal", sender, path, interface: rule.interface, member, arg0 });
  const given = keys.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.map(([key, value]) => `${key}='${value.replaceAll("'", `'\\''`)}'`).join(",");
}

function toSignal(message: Message): Signal | undefined {
  try {
    const { path, member, sender = "" } = message;
    return { sender, path: path!, interface: message.interface!, member: member!, body: message.readBody() };
  } catch {
    return undefined;
  }
}
