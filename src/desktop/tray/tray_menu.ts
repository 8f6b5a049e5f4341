import { type RouteMode, routeModes } from "../../core/types.ts";
import type { StatusReport } from "../../state/status.ts";
import { figureText } from "../../core/figure_text.ts";
import { timeText } from "../../core/time_of_day.ts";
import { configErrorWords } from "../config_error_words.ts";
import { failoverText } from "./failover_words.ts";
import { plainLine } from "../plain_line.ts";
import { backendItems } from "./tray_menu_backends.ts";
import { inSections, line, longestLabel, withUniqueKeys } from "./tray_menu_parts.ts";
import type { MenuItem, TrayAction } from "./tray_model_types.ts";
import { standInAdvice, traySentence, untilWhen } from "./tray_sentence.ts";
import { capitalized, countOf, isCloudStopped, modeNames } from "./tray_words.ts";

const shownFailovers = 10;
const hourMs = 3_600_000;

/** What the menu shows beside the report. */
export interface TrayMenuOptions {
  version: string;
  /** `undefined`: not known, or nothing here starts programs at login. */
  startsAtLogin?: boolean;
  /** Where there are any; until when (wall clock) the user has muted them. */
  notifications?: { mutedUntil?: number };
  /** Wall clock, ms since 1970. */
  now: number;
}

/** The whole menu, with keys that are unique in it. */
export function trayMenu(report: StatusReport, options: TrayMenuOptions): MenuItem[] {
  return withUniqueKeys(inSections("menu", {
    state: [stateLine(report, options.now), ...notes(report)],
    app: appItems(report),
    backends: backendItems(report),
    mode: modeItems(report),
    pause: pauseItems(report, options.now),
    failovers: [failoverMenu(report, options.now)],
    program: programItems(report, options),
    quit: [click("quit", "Quit", { do: "quit" })],
  }));
}

function click(key: string, label: string, action: TrayAction): MenuItem {
  return { kind: "item", key, label, enabled: true, action };
}

/** The sentence, and how many answers run: in one entry, so that the menu stays as it is while they come and go. */
function stateLine(report: StatusReport, now: number): MenuItem {
  const running = report.inFlight > 0 ? `; ${countOf(report.inFlight, "answer")} running` : "";
  return line("state", plainLine(traySentence(report, now), longestLabel - running.length) + running);
}

/** What is unusual and would otherwise surprise. */
function notes(report: StatusReport): MenuItem[] {
  const { configError, surroundings, mode, modeReason, pause } = report;
  const advice = standInAdvice(report);
  return [
    ...(configError === null ? [] : [click("note:config", configErrorWords(configError), { do: "open_config_file" })]),
    ...(advice === undefined ? [] : [line("note:models", advice)]),
    ...networkNotes(surroundings.network),
    ...capNotes(report),
    ...(modeReason === null || pause || isCloudStopped(report)
      ? []
      : [line("note:mode", `${capitalized(modeReason)}: ${modeNames[mode].toLowerCase()}`)]),
  ];
}

/** Said once: where no cloud is asked any more, the sentence above says why. */
function capNotes({ cloudUse: { cap, tokens, isReached, atCap }, pause }: StatusReport): MenuItem[] {
  if (!isReached || cap === null) return [];
  const used = `${figureText(tokens)} cloud tokens used this month, of ${figureText(cap)}`;
  if (atCap === "warn") return [line("note:cap", `${used}: clouds are still asked`)];
  return pause
    ? [line("note:cap", `${used}: no cloud is asked after the pause either`)]
    : [click("note:cap", `${used}: raise the cap in the settings`, { do: "open_settings" })];
}

function networkNotes(network: StatusReport["surroundings"]["network"]): MenuItem[] {
  if (network === "offline") return [line("note:network", "This machine is offline")];
  return network === "portal" ? [line("note:network", "The network asks for a login")] : [];
}

function appItems({ app }: StatusReport): MenuItem[] {
  if (!app) return [];
  if (app.clients === 0) return app.canLaunch ? [click("app:launch", "Launch app", { do: "launch_app" })] : [];
  return [
    click("app:show", "Show app", { do: "app", command: "SHOW" }),
    click("app:hide", "Hide app", { do: "app", command: "HIDE" }),
    ...(app.authenticated ? [click("app:test", "Test Ollama in the app", { do: "app", command: "OLLAMA_TEST" })] : []),
    click("app:quit", "Quit app", { do: "app", command: "QUIT" }),
  ];
}

/** Where nothing is set up there is nothing to choose. */
function modeItems({ chosenMode, backends }: StatusReport): MenuItem[] {
  if (backends.length === 0) return [];
  return routeModes.map((mode: RouteMode) => ({
    kind: "radio",
    key: `mode:${mode}`,
    label: modeNames[mode],
    enabled: true,
    checked: mode === chosenMode,
    action: { do: "set_mode", mode },
  }));
}

/** Where no cloud is in use there is nothing to pause. */
function pauseItems({ pause, backends }: StatusReport, now: number): MenuItem[] {
  if (pause === null && !backends.some(({ location, enabled }) => enabled && location === "cloud")) return [];
  const isOpenEnded = pause?.until === null;
  const isTimed = pause !== null && !isOpenEnded;
  const label = isTimed ? `Local only${untilWhen(pause, now)}` : "Local only for 1 hour";
  const item = { kind: "check", enabled: true } as const;
  const resume: TrayAction = { do: "resume_cloud" };
  return [
    {
      ...item,
      key: "pause:open",
      label: "Pause cloud",
      checked: isOpenEnded,
      action: isOpenEnded ? resume : { do: "pause_cloud" },
    },
    {
      ...item,
      key: "pause:hour",
      label,
      checked: isTimed,
      action: isTimed ? resume : { do: "pause_cloud", forMs: hourMs },
    },
  ];
}

function failoverMenu({ failovers, backends }: StatusReport, now: number): MenuItem {
  const items = failovers.slice(0, shownFailovers).map((failover) =>
    line(`failover:${failover.at}:${failover.from.slice(0, 100)}`, failoverText(failover, { backends, now }))
  );
  if (items.length === 0) items.push(line("failover:none", "None yet"));
  return { kind: "submenu", key: "failovers", label: "Recent failovers", enabled: true, items };
}

function muteItem(mutedUntil: number | undefined, now: number): MenuItem {
  const isMuted = mutedUntil !== undefined;
  return {
    kind: "check",
    key: "mute",
    label: isMuted ? `Notifications muted until ${timeText(mutedUntil, now)}` : "Mute notifications for 1 hour",
    enabled: true,
    checked: isMuted,
    action: { do: isMuted ? "unmute" : "mute" },
  };
}

function programItems(report: StatusReport, options: TrayMenuOptions): MenuItem[] {
  const { startsAtLogin, version, notifications, now } = options;
  return [
    click("settings", "Open settings…", { do: "open_settings" }),
    click("address", "Copy API address", { do: "copy_address" }),
    click("logs", "Open logs", { do: "open_logs" }),
    ...(notifications ? [muteItem(notifications.mutedUntil, now)] : []),
    {
      kind: "check",
      key: "login",
      label: "Start at login",
      enabled: startsAtLogin !== undefined,
      checked: startsAtLogin ?? false,
      action: { do: "start_at_login", enabled: !startsAtLogin },
    },
    {
      kind: "submenu",
      key: "about",
      label: "About",
      enabled: true,
      items: [
        line("about:version", `CloudToLocalLLM ${version}`),
        line("about:licence", "Free software under the MIT licence"),
        line("about:address", `API address: ${report.listen}`),
        click("about:website", "Website", { do: "open_website" }),
      ],
    },
  ];
}
