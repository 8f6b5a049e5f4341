import { SecretKeeper } from "../../src/secrets/secret_keeper.ts";
import { createSecretCommands } from "../../src/secrets/secret_commands.ts";
import { FileSecrets } from "../../src/secrets/file_secrets.ts";
import type { SecretHomes } from "../../src/secrets/secret_homes.ts";
import { secretVariable } from "../../src/config/secrets_env.ts";
import type { SecretUse } from "../../src/config/secret_uses.ts";
import { type KeyringStatus, type SecretCommands, SecretError, type SecretErrorCode } from "../../src/state/secrets.ts";
import { silentLog } from "../../src/core/log.ts";
import { untilAborted } from "../../src/core/until_aborted.ts";
import { FakeClock } from "./fake_clock.ts";

/** A keyring in memory; its state is the test's. It leaves out the bus. */
export class FakeKeyring {
  readonly values = new Map<string, string>();
  readonly calls: string[] = [];
  state: "available" | SecretErrorCode = "available";
  /** What the user does when asked. */
  unlocks = true;
  /** Each call waits for this. */
  gate = Promise.resolve();

  async get(name: string): Promise<string | undefined> {
    await this.#enter(`get ${name}`);
    return this.values.get(name);
  }

  async set(name: string, value: string, { mayPrompt = false } = {}): Promise<void> {
    await this.#enter(`set ${name}`, mayPrompt);
    this.values.set(name, value);
  }

  async delete(name: string, { mayPrompt = false } = {}): Promise<boolean> {
    await this.#enter(`delete ${name}`, mayPrompt);
    return this.values.delete(name);
  }

  async list(): Promise<string[]> {
    await this.#enter("list");
    return [...this.values.keys()].sort();
  }

  has(name: string): Promise<boolean> {
    return Promise.resolve(this.values.has(name));
  }

  async unlock(): Promise<void> {
    await this.#enter("unlock", true);
  }

  status(): Promise<KeyringStatus> {
    const states = { available: "available", locked: "locked" } as const;
    return Promise.resolve({ state: this.state === "locked" ? states.locked : states.available, detail: this.state });
  }

  async #enter(call: string, mayPrompt = false): Promise<void> {
    this.calls.push(call);
    await this.gate;
    if (this.state === "locked" && mayPrompt) this.state = this.unlocks ? "available" : "locked";
    if (this.state === "locked" && mayPrompt) throw new SecretError("dismissed", "The question was closed");
    if (this.state !== "available") throw new SecretError(this.state, `The keyring is ${this.state}`);
  }
}

/** A keeper over an environment, a keyring and a file that are the test's. */
export class KeeperScene implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly keyring = new FakeKeyring();
  readonly file: FileSecrets;
  readonly keeper: SecretKeeper;
  readonly commands: SecretCommands;
  readonly variables = new Map<string, string>();
  /** Values in the order in which they were told to be hidden. */
  readonly hidden: string[] = [];
  readonly told: string[][] = [];
  readonly warnings: unknown[] = [];
  opened = 0;
  /** Told of a change of the keyring; `undefined`: nobody watches. */
  changed: (() => void) | undefined;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.file = new FileSecrets(`${folder}/secrets.json`);
    const env = (name: string) => this.variables.get(name);
    const { keyring, file } = this;
    const homes: SecretHomes = {
      keyring,
      file,
      watchKeyring: async (signal, onChange) => {
        this.changed = onChange;
        await untilAborted(signal);
        this.changed = undefined;
      },
    };
    this.keeper = new SecretKeeper({
      env,
      clock: this.clock,
      log: { ...silentLog, warn: (_message, fields) => this.warnings.push(fields?.reason) },
      onRead: (value) => this.hidden.push(value),
      openHomes: () => {
        this.opened++;
        return Promise.resolve(homes);
      },
    });
    this.keeper.subscribe((names) => this.told.push([...names]));
    this.commands = createSecretCommands({ keeper: this.keeper, homes, env });
  }

  static async start(): Promise<KeeperScene> {
    return new KeeperScene(await Deno.makeTempDir());
  }

  setVariable(name: string, value: string): void {
    this.variables.set(secretVariable(name), value);
  }

  /** The uses of these names by backends of the same name. */
  follow(...names: string[]): Promise<void> {
    return this.keeper.follow(names.map((name): SecretUse => ({ name, by: name, isNeeded: true })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.keeper[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
