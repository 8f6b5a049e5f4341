import type { Bus, Value } from "../../src/dbus/types.ts";
import { aesCipher, type Cipher, plainCipher } from "../../src/secrets/keyring/cipher.ts";
import { dhKeyPair } from "../../src/secrets/keyring/dh_group.ts";
import { BusError } from "../../src/dbus/types.ts";
import type { PrivateBus } from "./private_bus.ts";

const root = "/org/freedesktop/secrets";
const collection = `${root}/collection/login`;
const prefix = "org.freedesktop.Secret";

/** How it misbehaves; may be changed at any time. */
export interface FakeSecretServiceMoods {
  /** It refuses every algorithm but `plain`. */
  plainOnly?: boolean;
  /** What the user does about its questions. Default: accepts them at once. */
  user?: "accepts" | "dismisses" | "waits";
  /** It asks the user before it deletes or creates, too. */
  asksAlways?: boolean;
  /** Its connection ends in the middle of this method. */
  endsIn?: string;
  /** This method is never answered. */
  hangsIn?: string;
  /** Its own key of the session. */
  publicKey?: Uint8Array;
  /** Changes what GetSecret answers. */
  twist?: (secret: [Value, Value, Value, Value]) => Value[];
  /** What a method answers instead, of whatever type; is looked at when an object is made. */
  answers?: Readonly<Record<string, { signatures: string[]; body: Value[] }>>;
  /** The alias `default` leads nowhere. */
  noDefault?: boolean;
}

interface Item {
  attributes: Record<string, string>;
  label: string;
  value: string;
  modified: bigint;
}

/** A Secret Service in the hands of a test: one collection, as much of the API as the store uses. */
export class FakeSecretService implements Disposable {
  readonly moods: FakeSecretServiceMoods;
  /** Members in the order in which they were called. */
  readonly calls: string[] = [];
  readonly items = new Map<string, Item>();
  readonly #at: PrivateBus;
  readonly #sessions = new Map<string, Cipher>();
  readonly #waiting: { member: string; met: () => void }[] = [];
  #bus!: Bus;
  #locked = false;
  #count = 0;

  private constructor(at: PrivateBus, moods: FakeSecretServiceMoods) {
    this.#at = at;
    this.moods = moods;
  }

  static async start(at: PrivateBus, moods: FakeSecretServiceMoods = {}): Promise<FakeSecretService> {
    const service = new FakeSecretService(at, moods);
    await service.restart();
    return service;
  }

  /** A new process with the same secrets: sessions are forgotten. */
  async restart(): Promise<void> {
    this.#bus?.close();
    this.#sessions.clear();
    this.#bus = await this.#at.connect();
    this.#exportService();
    this.#exportCollection();
    for (const path of this.items.keys()) this.#exportItem(path);
    await this.#bus.requestName("org.freedesktop.secrets");
  }

  get openSessions(): number {
    return this.#sessions.size;
  }

  get isLocked(): boolean {
    return this.#locked;
  }

  /** Locks or unlocks it, as another program does, and tells so. */
  setLocked(locked: boolean): void {
    this.#locked = locked;
    this.#bus.emitPropertiesChanged(collection, `${prefix}.Collection`, ["Locked"]);
  }

  /** As another program would put it there. */
  put(attributes: Record<string, string>, value: string, modified = 0n): string {
    const path = `${collection}/${++this.#count}`;
    this.items.set(path, { attributes, label: "", value, modified });
    this.#exportItem(path);
    const created = { path: collection, interface: `${prefix}.Collection`, member: "ItemCreated" };
    this.#bus.emit({ ...created, signature: "o", body: [path] });
    return path;
  }

  /** Resolves when this method was called from now on. */
  called(member: string): Promise<void> {
    return new Promise((met) => this.#waiting.push({ member, met }));
  }

  [Symbol.dispose](): void {
    this.#bus.close();
  }

  /** A method of ours: noted, and as broken as the test wants it. */
  #method(
    member: string,
    signatures: [input: string[], output: string[]],
    answer: (args: readonly Value[]) => readonly Value[] | Promise<readonly Value[]>,
  ) {
    const instead = this.moods.answers?.[member];
    const named = (list: string[]) => list.map((signature, i) => [`a${i}`, signature] as const);
    return {
      in: named(signatures[0]),
      out: named(instead?.signatures ?? signatures[1]),
      answersLater: true as const,
      call: async (args: readonly Value[]) => {
        this.calls.push(member);
        for (const waiting of this.#waiting) if (waiting.member === member) waiting.met();
        if (this.moods.endsIn === member) this.#bus.close();
        if (this.moods.hangsIn === member) await new Promise<void>((end) => this.#bus.closed.onabort = () => end());
        return instead?.body ?? await answer(args);
      },
    };
  }

  #exportService(): void {
    const properties = { Collections: { signature: "ao", get: () => [collection] } };
    this.#bus.export(root, {
      name: `${prefix}.Service`,
      properties,
      methods: {
        OpenSession: this.#method(
          "OpenSession",
          [["s", "v"], ["v", "o"]],
          ([algorithm, input]) => this.#openSession(String(algorithm), input),
        ),
        SearchItems: this.#method("SearchItems", [["a{ss}"], ["ao", "ao"]], ([wanted]) => {
          const found = [...this.items].filter(([, { attributes }]) =>
            Object.entries(wanted).every(([key, value]) => attributes[key] === value)
          ).map(([path]) => path);
          return this.#locked ? [[], found] : [found, []];
        }),
        ReadAlias: this.#method("ReadAlias", [["s"], ["o"]], () => [this.moods.noDefault ? "/" : collection]),
        Unlock: this.#method("Unlock", [["ao"], ["ao", "o"]], () => {
          if (!this.#locked) return [[collection], "/"];
          return [[], this.#prompt(() => this.setLocked(false))];
        }),
      },
    });
  }

  #exportCollection(): void {
    const signals = { ItemCreated: [["item", "o"]] as const };
    this.#bus.export(collection, {
      name: `${prefix}.Collection`,
      signals,
      properties: { Locked: { signature: "b", get: () => this.#locked } },
      methods: {
        CreateItem: this.#method(
          "CreateItem",
          [["a{sv}", "(oayays)", "b"], ["o", "o"]],
          ([properties, secret]) => this.#createItem(properties as Record<string, Value>, secret as Value[]),
        ),
      },
    });
  }

  #exportItem(path: string): void {
    const item = () => this.items.get(path)!;
    const unexport = this.#bus.export(path, {
      name: `${prefix}.Item`,
      properties: {
        Attributes: { signature: "a{ss}", get: () => item().attributes },
        Modified: { signature: "t", get: () => item().modified },
      },
      methods: {
        GetSecret: this.#method("GetSecret", [["o"], ["(oayays)"]], async ([session]) => {
          this.#assertUnlocked();
          const { parameters, value } = await this.#cipher(session).seal(item().value);
          const secret: [Value, Value, Value, Value] = [session, parameters, value, "text/plain"];
          return [this.moods.twist?.(secret) ?? secret];
        }),
        Delete: this.#method("Delete", [[], ["o"]], () => {
          this.#assertUnlocked();
          const remove = () => {
            this.items.delete(path);
            unexport();
          };
          if (this.moods.asksAlways) return [this.#prompt(remove)];
          remove();
          return ["/"];
        }),
      },
    });
  }

  async #openSession(algorithm: string, input: Value): Promise<readonly Value[]> {
    const path = `${root}/session/${++this.#count}`;
    const close = this.#method("Close", [[], []], () => {
      this.#sessions.delete(path);
      return [];
    });
    this.#bus.export(path, { name: `${prefix}.Session`, methods: { Close: close } });
    if (algorithm === "plain") {
      this.#sessions.set(path, plainCipher);
      return [{ signature: "s", value: "" }, path];
    }
    if (this.moods.plainOnly) throw new BusError("org.freedesktop.DBus.Error.NotSupported", "Only plain");
    const pair = dhKeyPair();
    this.#sessions.set(path, await aesCipher(pair.sharedWith(input as Uint8Array)));
    return [{ signature: "ay", value: this.moods.publicKey ?? pair.publicKey }, path];
  }

  async #createItem(properties: Record<string, Value>, [session, parameters, value]: Value[]): Promise<Value[]> {
    this.#assertUnlocked();
    const attributes = { ...properties[`${prefix}.Item.Attributes`] as Record<string, string> };
    const sealed = { parameters: parameters as Uint8Array, value: value as Uint8Array };
    const text = await this.#cipher(session).open(sealed);
    const same = [...this.items].find(([, item]) => JSON.stringify(item.attributes) === JSON.stringify(attributes));
    const create = () => {
      if (same) this.items.set(same[0], { ...same[1], value: text });
      else this.put(attributes, text);
      const path = same?.[0] ?? `${collection}/${this.#count}`;
      this.items.get(path)!.label = String(properties[`${prefix}.Item.Label`]);
      return path;
    };
    return this.moods.asksAlways ? ["/", this.#prompt(create)] : [create(), "/"];
  }

  /** A question whose answer does something. */
  #prompt(accepted: () => void): string {
    const target = { path: `${root}/prompt/${++this.#count}`, interface: `${prefix}.Prompt` };
    const complete = (dismissed: boolean) => {
      if (!dismissed) accepted();
      const body = [dismissed, { signature: "s", value: "" }];
      this.#bus.emit({ ...target, member: "Completed", signature: "bv", body });
    };
    this.#bus.export(target.path, {
      name: target.interface,
      signals: { Completed: [["dismissed", "b"], ["result", "v"]] },
      methods: {
        Prompt: this.#method("Prompt", [["s"], []], () => {
          const { user = "accepts" } = this.moods;
          if (user !== "waits") complete(user === "dismisses");
          return [];
        }),
        Dismiss: this.#method("Dismiss", [[], []], () => []),
      },
    });
    return target.path;
  }

  #cipher(session: Value): Cipher {
    const cipher = this.#sessions.get(String(session));
    if (!cipher) throw new BusError(`${prefix}.Error.NoSession`, "There is no such session");
    return cipher;
  }

  #assertUnlocked(): void {
    if (this.#locked) throw new BusError(`${prefix}.Error.IsLocked`, "It is locked");
  }
}
