import type { DaemonLink, LinkRequest } from "./daemon_link.ts";
import { UnexpectedAnswer } from "./errors.ts";
import type { SettingsOpened } from "./status.ts";
import type { System } from "./link_parts.ts";
import { timeoutsOf } from "./timeouts.ts";
import { SessionBus } from "./session_bus.ts";
import { deadline } from "./timers.ts";

/** Patience with what opens a browser, in ms. */
const openWithinMs = 5_000;

/** By the daemon itself where it is the one on the session's bus, else with xdg-open. */
export async function openSettings(
  link: DaemonLink,
  { control, signal }: { control: (request: Omit<LinkRequest, "api">) => Promise<unknown>; signal?: AbortSignal },
): Promise<SettingsOpened> {
  const [system, { url: daemon }] = [await link.system(), await link.find({ signal })];
  const { busMs } = timeoutsOf(link.options);
  if (system && await opensItself(new SessionBus(system), { daemon, busMs })) return { opened: true };
  const { url, expiresInMs } = await control({ method: "POST", isRepeatable: true, signal }) as Record<string, unknown>;
  // What is opened is the daemon's own page, whatever was answered.
  const isOurs = typeof url === "string" && URL.parse(url)?.origin === new URL(daemon).origin;
  if (!isOurs || typeof expiresInMs !== "number") {
    throw new UnexpectedAnswer(`The daemon at ${daemon} gave no link to its settings`);
  }
  if (system && await opensBrowser(url, { system, link })) return { opened: true };
  return { opened: false, url, expiresInMs };
}

async function opensItself(bus: SessionBus, { daemon, busMs }: { daemon: string; busMs: number }): Promise<boolean> {
  const address = await bus.address(busMs).catch(() => undefined);
  return address === daemon && await bus.openSettings(busMs);
}

async function opensBrowser(url: string, { system, link }: { system: System; link: DaemonLink }): Promise<boolean> {
  // Without a display xdg-open would start a browser for the terminal.
  if (!system.env("DISPLAY") && !system.env("WAYLAND_DISPLAY")) return false;
  const started = await system.startDetached(["xdg-open", url]).catch(() => undefined);
  if (!started) return false;
  const limit = deadline(openWithinMs, { timers: link.timers, signals: [link.signal], reason: () => "late" });
  // One that does not end has a browser that stays.
  const late = new Promise<number>((resolve) =>
    limit.signal.addEventListener("abort", () => resolve(0), { once: true })
  );
  return await Promise.race([started.ended, late]).finally(() => limit.end()) === 0;
}
