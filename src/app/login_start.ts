import type { LoginStart } from "../state/login_start.ts";
import type { DaemonOptions, Ground } from "./ground.ts";

/** Start at login, whose code is loaded when somebody looks. */
export function lazyLoginStart({ env }: DaemonOptions, { clock }: Pick<Ground, "clock">): LoginStart {
  const load = async () =>
    (await import("../service/autostart/open_autostart.ts")).openAutostart({ env, clock }).autostart;
  const listeners = new Set<(enabled: boolean) => void>();
  let loaded: ReturnType<typeof load> | undefined;
  const loginStart = () => loaded ??= load();
  return {
    isEnabled: async () => await (await loginStart()).isEnabled(),
    async set(enabled) {
      await (await loginStart()).set(enabled);
      for (const listener of [...listeners]) listener(enabled);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
