import { silentLog } from "../../src/core/log.ts";
import { ConfigStore, type ConfigStoreOptions } from "../../src/config/config_store.ts";
import type { Config } from "../../src/config/schema.ts";
import { FakeClock } from "./fake_clock.ts";
import { inTime } from "./in_time.ts";

/** Tells when a timer is set, which is when the watch has seen a change. */
export class WatchedClock extends FakeClock {
  #onTimer: () => void = () => {};

  override after(ms: number, fn: () => void): () => void {
    const cancel = super.after(ms, fn);
    this.#onTimer();
    return cancel;
  }

  timerSet(): Promise<void> {
    if (this.pending > 0) return Promise.resolve();
    return inTime("a timer is set", new Promise((resolve) => this.#onTimer = resolve));
  }
}

export interface ConfigFixture extends AsyncDisposable {
  folder: string;
  path: string;
  clock: WatchedClock;
  open(options?: Partial<ConfigStoreOptions>): Promise<ConfigStore>;
  write(text: string): Promise<void>;
  read(): Promise<string>;
}

/** A folder of its own with, where `text` is given, a configuration file; gone when disposed. */
export async function configFixture(text?: string): Promise<ConfigFixture> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/config.json`;
  const clock = new WatchedClock();
  const write = (text: string) => Deno.writeTextFile(path, text);
  if (text !== undefined) await write(text);
  return {
    folder,
    path,
    clock,
    write,
    read: () => Deno.readTextFile(path),
    open: (options) => ConfigStore.open({ path, clock, log: silentLog, watch: false, ...options }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

export const nextConfig = (store: ConfigStore) =>
  inTime(
    "another configuration is in use",
    new Promise<Config>((resolve) => {
      const end = store.subscribe((config) => (end(), resolve(config)));
    }),
  );

export const nextError = (store: ConfigStore) =>
  inTime(
    "the store tells an error, or its end",
    new Promise<string | null>((resolve) => {
      const end = store.subscribeError((error) => (end(), resolve(error)));
    }),
  );
