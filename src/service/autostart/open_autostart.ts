import type { Clock } from "../../core/clock.ts";
import { systemctl } from "../systemd/systemctl.ts";
import { UserUnit } from "../systemd/user_unit.ts";
import { Autostart } from "./autostart.ts";
import { XdgAutostart } from "./xdg_autostart.ts";

export interface OpenAutostartOptions {
  env: (name: string) => string | undefined;
  clock: Clock;
}

/** Start at login on this machine, with both of its means. */
export function openAutostart({ env, clock }: OpenAutostartOptions) {
  const unit = new UserUnit({ env, systemctl: systemctl(clock) });
  const xdg = new XdgAutostart({ env });
  return { unit, xdg, autostart: new Autostart({ env, unit, xdg }) };
}
