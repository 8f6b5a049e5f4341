import type { Connection } from "./connection.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Matches } from "./matches.ts";
import { busCall } from "./bus_calls.ts";
import { type Message, type MessageFields, messageFlag, messageType } from "./message.ts";
import { assertNames, theBus } from "./names.ts";
import { ObjectTree } from "./object_tree.ts";
import { propertiesName, read } from "./standard_interfaces.ts";
import type { Bus, CallOptions, ExportedInterface, Member, MethodCall, Signal, SignalRule, Value } from "./types.ts";

const doNotQueue = 4;
const nameReply = { primaryOwner: 1, alreadyOwner: 4 };

export interface MessageBusOptions {
  /** Told what a listener of a signal threw. Default: nobody is. */
  onError?: (error: unknown) => void;
}

/** A {@linkcode Bus} on a connection; of use after {@linkcode hello}. */
export class MessageBus implements Bus {
  readonly #connection: Connection;
  readonly #tree = new ObjectTree();
  readonly #matches: Matches;
  readonly #dispatcher: Dispatcher;
  /** Names under which we are called, the unique one too. */
  readonly #names = new Set<string>();
  #uniqueName = "";

  constructor(connection: Connection, { onError = () => {} }: MessageBusOptions = {}) {
    this.#connection = connection;
    this.#matches = new Matches({
      call: (fields, end) => connection.call(fields, end),
      send: (fields) => connection.send(fields),
      onError,
    });
    this.#dispatcher = new Dispatcher(this.#tree, (fields) => connection.send(fields));
    connection.closed.addEventListener("abort", () => this.#clear(), { once: true });
  }

  get uniqueName(): string {
    return this.#uniqueName;
  }

  get closed(): AbortSignal {
    return this.#connection.closed;
  }

  /** How much is remembered for later: calls that wait, rules, watched names. For tests. */
  get held(): number {
    return this.#connection.pending + this.#matches.size;
  }

  /** Asks for our unique name; the first call on a connection. */
  hello(options: CallOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const learn = ([name]: readonly Value[]) => {
        this.#uniqueName = String(name);
        this.#names.add(this.#uniqueName);
        resolve();
      };
      this.#connection.call(busCall("Hello"), { resolve: learn, reject }, options);
    });
  }

  /** Takes every message that is no reply. Never throws. */
  receive(message: Message): void {
    const { destination, sender, type } = message;
    // What is for others (a monitor sees it) is not answered.
    if (sender === undefined || (destination !== undefined && !this.#names.has(destination))) return;
    if (type === messageType.call && destination !== undefined) return this.#dispatcher.answer(message);
    if (type !== messageType.signal) return;
    if (sender === theBus) this.#followNames(message);
    this.#matches.dispatch(message);
  }

  call(call: MethodCall, options: CallOptions = {}): Promise<readonly Value[]> {
    return new Promise((resolve, reject) => {
      const { destination, path, interface: interfaceName, member, signature, body } = call;
      const flags = options.autoStart ? 0 : messageFlag.noAutoStart;
      const fields = { type: messageType.call, flags, destination, path, interface: interfaceName, member };
      this.#connection.call({ ...fields, signature, body }, { resolve, reject }, options);
    });
  }

  export(path: string, exported: ExportedInterface): () => void {
    return this.#tree.add(path, exported);
  }

  emit(signal: Member & { signature?: string; body?: readonly Value[] }): void {
    const { path, interface: interfaceName, member, signature, body } = signal;
    this.#send({ type: messageType.signal, path, interface: interfaceName, member, signature, body });
  }

  emitPropertiesChanged(path: string, interfaceName: string, names: readonly string[]): void {
    const properties = this.#tree.at(path)?.get(interfaceName)?.properties;
    const changed: Record<string, Value> = Object.create(null);
    for (const name of names) {
      const property = properties?.get(name);
      if (property && property.emitsChange !== false) changed[name] = read(property);
    }
    const body = [interfaceName, changed, []];
    this.emit({ path, interface: propertiesName, member: "PropertiesChanged", signature: "sa{sv}as", body });
  }

  async watch(rule: SignalRule, listener: (signal: Signal) => void): Promise<() => void> {
    return await this.#matches.watch(rule, listener);
  }

  async watchName(name: string, listener: (owner: string | undefined) => void): Promise<() => void> {
    assertNames({ "bus name": name });
    return await this.#matches.owners.watch(name, listener);
  }

  async requestName(name: string): Promise<boolean> {
    const [code] = await this.call(busCall("RequestName", "su", [name, doNotQueue]));
    return code === nameReply.primaryOwner || code === nameReply.alreadyOwner;
  }

  async releaseName(name: string): Promise<void> {
    await this.call(busCall("ReleaseName", "s", [name]));
  }

  close(): void {
    this.#connection.close("The connection to the bus was closed by us");
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #followNames({ interface: interfaceName, member, ...message }: Message): void {
    if (interfaceName !== theBus || message.signature !== "s") return;
    if (member === "NameAcquired") this.#names.add(nameIn(message));
    if (member === "NameLost") this.#names.delete(nameIn(message));
  }

  #send(fields: MessageFields): void {
    this.#connection.send(fields);
  }

  #clear(): void {
    this.#tree.clear();
    this.#matches.clear();
    this.#names.clear();
  }
}

function nameIn(message: Pick<Message, "readBody">): string {
  try {
    return String(message.readBody()[0]);
  } catch {
    return "";
  }
}
