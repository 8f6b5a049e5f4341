import type { Service } from "../../core/supervise.ts";
import { untilAborted } from "../../core/until_aborted.ts";
import type { Bus } from "../../dbus/types.ts";
import { type BusLink, eachConnection } from "../bus_link.ts";
import type { DesktopContext } from "../context.ts";
import { SleepLock, type SleepLockOptions } from "./sleep_lock.ts";

const logind = "org.freedesktop.login1";
const prepareForSleep = {
  sender: logind,
  path: "/org/freedesktop/login1",
  interface: "org.freedesktop.login1.Manager",
  member: "PrepareForSleep",
};

export interface SleepWatchParts {
  link: BusLink;
  /** What holds the lock; for tests. */
  lockCommand?: SleepLockOptions["command"];
}

/** Follows logind, where there is one: holds sleep up for answers that run, and wakes the broker up afterwards. */
export function createSleepWatch(context: DesktopContext, { link, lockCommand }: SleepWatchParts): Service {
  return {
    name: "sleep",
    run: (signal) =>
      eachConnection(link, signal, (bus, signal) => watchSleep(context, bus, { command: lockCommand, signal })),
  };
}

async function watchSleep(
  context: DesktopContext,
  bus: Bus,
  { command, signal }: { command: SleepLockOptions["command"]; signal: AbortSignal },
): Promise<void> {
  const { log, awake } = context;
  await using lock = new LockWithLogind(context, command);
  using ends = new DisposableStack();
  const onSleep = (begins: unknown) => {
    if (begins === true) {
      log.info("The machine is about to sleep");
      lock.current?.sleepComes();
    } else if (begins === false) {
      log.info("The machine is awake; every backend is asked anew");
      lock.current?.awake();
      awake();
    }
  };
  ends.defer(await bus.watch(prepareForSleep, ({ body: [begins] }) => onSleep(begins)));
  ends.defer(await bus.watchName(logind, (owner) => lock.follow(owner)));
  await untilAborted(signal);
}

/** There is a lock only while there is a logind. */
class LockWithLogind implements AsyncDisposable {
  readonly #options: SleepLockOptions;
  #released: Promise<unknown> = Promise.resolve();
  current: SleepLock | undefined;

  constructor({ store, clock, log, env, childEnv }: DesktopContext, command: SleepLockOptions["command"]) {
    const address = env("DBUS_SYSTEM_BUS_ADDRESS");
    const whereLogindIs = address ? { DBUS_SYSTEM_BUS_ADDRESS: address } : undefined;
    this.#options = { store, clock, log, command, env: () => ({ ...childEnv(), ...whereLogindIs }) };
  }

  follow(owner: string | undefined): void {
    if (owner !== undefined) {
      this.current ??= new SleepLock(this.#options);
    } else if (this.current) {
      this.#released = Promise.all([this.#released, this.current[Symbol.asyncDispose]()]);
      this.current = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.follow(undefined);
    await this.#released;
  }
}
