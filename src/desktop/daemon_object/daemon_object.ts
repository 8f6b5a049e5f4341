import type { Service } from "../../core/supervise.ts";
import { untilAborted } from "../../core/until_aborted.ts";
import type { Bus } from "../../dbus/types.ts";
import { type BusLink, eachConnection } from "../bus_link.ts";
import type { DesktopContext } from "../context.ts";
import { applicationInterface, daemonMethods } from "./daemon_methods.ts";
import { daemonInterface, daemonName, daemonPath } from "./daemon_names.ts";
import { daemonProperties, differing, toldOf } from "./daemon_properties.ts";
import { findFirstInstance, isBrokerAt, openSettingsThere, ownActivationToken, portOf } from "./first_instance.ts";
import { nextTimedChange } from "../next_timed_change.ts";
import type { PerformAction } from "../actions/perform_action.ts";
import { Role } from "./role.ts";

export interface DaemonObjectParts {
  link: BusLink;
  perform: PerformAction;
  /** Told who this daemon is; default: nobody is. */
  role?: Role;
}

/** Changes within this time are told together. */
const togetherMs = 100;
/** Who has found no bus within this time is alone: then nobody contests the role. */
const aloneAfterMs = 3_000;

/**
 * The daemon on the session's bus: the name {@linkcode daemonName} is the lock of the session's one daemon, and its
 * object offers `online.cloudtolocalllm.Daemon1` and `org.freedesktop.Application`.
 *
 * Whoever is on the session's bus may call it, and there is no secret: the bus lets in only programs of the same user,
 * who could as well edit the configuration file. That is the session's boundary of trust; what crosses it the other way
 * is guarded by whoever runs a sandbox (a Flatpak's filtered bus does not pass our name on).
 *
 * - Another daemon owns the name and this one is the user's: it lets that one open its settings and ends. Any program of
 *   the session can take the name: what does not answer as a broker on this machine is not given way to.
 * - This one, or the other, was started beside (`--port`, `--host`, `--config`): it runs on without name and object, and
 *   takes them once they are free.
 */
export function createDaemonObject(
  context: DesktopContext,
  { link, perform, role = new Role() }: DaemonObjectParts,
): Service {
  const lock: Lock = { context, perform, role, mayGiveWay: context.isTheOne };
  return {
    name: "daemon on the bus",
    async run(signal) {
      let cancel = () => {};
      const waitForBus = () => {
        cancel = context.clock.after(aloneAfterMs, () => role.isDecided || role.decide(true));
      };
      waitForBus();
      try {
        await eachConnection(link, signal, async (bus, connected) => {
          cancel();
          try {
            await hold(bus, lock, connected);
          } finally {
            // One that ends before it has said whose the name is has decided nothing.
            if (!role.isDecided && !signal.aborted) waitForBus();
          }
        });
      } finally {
        cancel();
      }
    },
  };
}

interface Lock {
  context: DesktopContext;
  perform: PerformAction;
  role: Role;
  /** Only one that has just started ends: one that has served already must not go when the bus was restarted. */
  mayGiveWay: boolean;
}

/** Takes the name when it can and is the daemon's object as long as it has it, until `signal` aborts. */
async function hold(bus: Bus, lock: Lock, signal: AbortSignal): Promise<void> {
  const { role, context: { log } } = lock;
  const free = new FreeName(bus);
  try {
    await free.watch();
    for (let isFirstTry = true; !signal.aborted; isFirstTry = false) {
      if (await serve(bus, lock, signal)) return;
      const other = lock.mayGiveWay ? await giveWay(bus, lock) : "another";
      if (other === "the first") return await untilAborted(signal);
      lock.mayGiveWay = false;
      if (isFirstTry) log[other === "unknown" ? "warn" : "info"](standsHere[other]);
      role.decide(false);
      await free.wait(signal);
    }
  } finally {
    free.end();
  }
}

/** `false`: another owns the name. Else serves until `signal` aborts. */
async function serve(bus: Bus, lock: Lock, signal: AbortSignal): Promise<boolean> {
  const { context, perform, role } = lock;
  // All is there before the name is: who activated it calls at once.
  const parts = { context, perform, signal };
  const { status, address, version, isTheOne } = context;
  const unexport = [
    bus.export(daemonPath, {
      name: daemonInterface,
      methods: daemonMethods(parts),
      properties: daemonProperties(status, { address, version, isBeside: !isTheOne }),
    }),
    bus.export(daemonPath, applicationInterface(parts)),
  ];
  try {
    if (!await bus.requestName(daemonName)) return false;
    lock.mayGiveWay = false;
    role.decide(true);
    await tellChanges(bus, context, signal);
    await bus.releaseName(daemonName).catch(() => {});
    return true;
  } finally {
    for (const end of unexport) end();
  }
}

const standsHere = {
  another: "Another daemon stands for this session; this one runs without tray and notifications",
  unknown: "A program that does not answer as a broker has this daemon's name on the session's bus; this daemon runs " +
    "without tray and notifications until that program ends",
};

/** Who owns the name. In favour of `the first` this daemon ends. */
async function giveWay(bus: Bus, { context }: Lock): Promise<"the first" | keyof typeof standsHere> {
  const { log, commands, env, givesWayQuietly } = context;
  const first = await findFirstInstance(bus);
  if (first?.isBeside) return "another";
  // Our own port is where we answer ourselves.
  if (!first || portOf(first.address) === portOf(context.address) || !await isBrokerAt(first.address)) return "unknown";
  const isOpen = !givesWayQuietly && await openSettingsThere(bus, ownActivationToken(env));
  log.info(
    isOpen
      ? "Another daemon of this session runs; its settings are opened and this one ends"
      : "Another daemon of this session runs; this one ends",
    { address: first.address },
  );
  commands.quit();
  return "the first";
}

/** Emits PropertiesChanged for what differs, until `signal` aborts. */
async function tellChanges(bus: Bus, { store, status, clock }: DesktopContext, signal: AbortSignal): Promise<void> {
  let told = toldOf(status());
  let cancelTelling: (() => void) | undefined;
  let cancelTimed = () => {};
  const soon = () => cancelTelling ??= clock.after(togetherMs, tell);
  const tell = () => {
    cancelTelling = undefined;
    const now = toldOf(status());
    const names = differing(told, now);
    told = now;
    if (names.length > 0) bus.emitPropertiesChanged(daemonPath, daemonInterface, names);
    cancelTimed();
    const at = nextTimedChange(store.state, clock.monotonic());
    cancelTimed = at === undefined ? () => {} : clock.after(at - clock.monotonic(), soon);
  };
  const unsubscribe = store.subscribe(soon);
  tell();
  await untilAborted(signal);
  unsubscribe();
  cancelTelling?.();
  cancelTimed();
}

/** Waits until nobody owns the daemon's name. */
class FreeName {
  readonly #bus: Bus;
  #isFree = false;
  #wake = () => {};
  #unwatch = () => {};

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  async watch(): Promise<void> {
    this.#unwatch = await this.#bus.watchName(daemonName, (owner) => {
      this.#isFree = owner === undefined;
      if (this.#isFree) this.#wake();
    });
  }

  async wait(signal: AbortSignal): Promise<void> {
    if (this.#isFree || signal.aborted) return;
    const woken = Promise.withResolvers<void>();
    this.#wake = woken.resolve;
    signal.addEventListener("abort", this.#wake, { once: true });
    await woken.promise;
    signal.removeEventListener("abort", this.#wake);
  }

  end(): void {
    this.#unwatch();
  }
}
