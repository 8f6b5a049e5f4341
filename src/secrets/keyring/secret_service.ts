import { LinkedAbort } from "../../core/abort.ts";
import type { Clock } from "../../core/clock.ts";
import type { Bus, Signal, Value } from "../../dbus/types.ts";
import type { ConnectKeyring } from "./connect_keyring.ts";
import type { SecretOptions } from "../secret_store.ts";
import { absentKeyring, dismissedPrompt, failedKeyring, lockedKeyring, toSecretError } from "./keyring_error.ts";
import { noObject, promptInterface, propertiesInterface, serviceName } from "./names.ts";

/** Of each call; the service answers from memory. */
const callMs = 5_000;
/** It may have to be started first. */
const startMs = 15_000;
/** How long a question of the keyring's may stand open. */
const promptMs = 300_000;

export interface ServiceOptions extends SecretOptions {
  connect: ConnectKeyring;
  clock: Clock;
}

export interface ServiceCall {
  path: string;
  interface: string;
  member: string;
  signature?: string;
  body?: readonly Value[];
}

/**
 * The Secret Service of this moment: a bus connection of its own to one owner of the name. When that owner goes, or the
 * bus does, every call fails with a `SecretError`; a service that took its place is never talked to by mistake.
 */
export class SecretService implements Disposable {
  readonly #bus: Bus;
  readonly #options: ServiceOptions;
  /** Aborts with the caller's signal, with the bus, or when the service goes. */
  readonly #limit: LinkedAbort;
  #owner = "";

  private constructor(bus: Bus, options: ServiceOptions) {
    this.#bus = bus;
    this.#options = options;
    const { signal } = options;
    this.#limit = new LinkedAbort(...(signal ? [signal, bus.closed] : [bus.closed]));
  }

  /** Starts the service where it does not run, if it may. Dispose it after use: that ends the connection. */
  static async open(options: ServiceOptions): Promise<SecretService> {
    const service = new SecretService(await options.connect(options.signal), options);
    try {
      await service.#start();
      return service;
    } catch (error) {
      service[Symbol.dispose]();
      throw error;
    }
  }

  async call({ body, ...call }: ServiceCall): Promise<readonly Value[]> {
    return await this.#guarded(() =>
      this.#bus.call({ ...call, body, destination: this.#owner }, { timeoutMs: callMs, signal: this.#limit.signal })
    );
  }

  /** A property of an object of the service. */
  async property(path: string, interfaceName: string, name: string): Promise<Value | undefined> {
    const get = { path, interface: propertiesInterface, member: "Get", signature: "ss", body: [interfaceName, name] };
    return (await this.call(get))[0];
  }

  /**
   * Has the user answer a question of the keyring's, if there is one (`prompt` is not `/`). Rejects when they close it,
   * or when nobody may be asked; when the caller's signal aborts, the question is closed.
   */
  async prompt(prompt: string): Promise<void> {
    if (prompt === noObject) return;
    if (!this.#options.mayPrompt) throw lockedKeyring();
    const target = { path: prompt, interface: promptInterface };
    const completed = Promise.withResolvers<boolean>();
    const onAbort = () => completed.reject(this.#limit.signal.reason);
    this.#limit.signal.addEventListener("abort", onAbort, { once: true });
    const late = () => completed.reject(failedKeyring("its question was not answered within 5 minutes"));
    const cancel = this.#options.clock.after(promptMs, late);
    completed.promise.catch(() => {});
    try {
      // Before the question is asked: a keyring may answer it by itself at once.
      const onCompleted = ({ body: [dismissed] }: Signal) => completed.resolve(dismissed !== false);
      await this.#guarded(() => this.#bus.watch({ ...target, sender: this.#owner, member: "Completed" }, onCompleted));
      await this.call({ ...target, member: "Prompt", signature: "s", body: [""] });
      if (await this.#guarded(() => completed.promise)) throw dismissedPrompt();
    } catch (error) {
      await this.#dismiss(target);
      throw error;
    } finally {
      cancel();
      this.#limit.signal.removeEventListener("abort", onAbort);
    }
  }

  [Symbol.dispose](): void {
    this.#limit[Symbol.dispose]();
    this.#bus.close();
  }

  async #start(): Promise<void> {
    const bus = "org.freedesktop.DBus";
    const start = { destination: bus, path: "/org/freedesktop/DBus", interface: bus, member: "StartServiceByName" };
    const options = { timeoutMs: startMs, signal: this.#limit.signal };
    await this.#guarded(async () => {
      await this.#bus.watchName(serviceName, (owner) => this.#see(owner));
      if (this.#owner !== "" || this.#options.mayStart === false) return;
      // The bus tells the new owner before it answers.
      await this.#bus.call({ ...start, signature: "su", body: [serviceName, 0] }, options);
    });
    if (this.#owner === "") throw absentKeyring("no Secret Service runs in this session");
  }

  #see(owner: string | undefined): void {
    if (this.#owner !== "" && owner !== this.#owner) this.#limit.abort(failedKeyring("it has ended meanwhile"));
    else this.#owner = owner ?? "";
  }

  /** Closes a question that nobody waits for any more; one that is closed already is no matter. */
  async #dismiss(target: { path: string; interface: string }): Promise<void> {
    if (this.#bus.closed.aborted) return;
    const call = { ...target, destination: this.#owner, member: "Dismiss" };
    await this.#bus.call(call, { timeoutMs: callMs }).catch(() => {});
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toSecretError(error, this.#options.signal);
    }
  }
}
