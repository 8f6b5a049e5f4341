import { assert, assertEquals } from "@std/assert";
import { trayMenu, type TrayMenuOptions } from "../../src/desktop/tray/tray_menu.ts";
import type { MenuItem } from "../../src/desktop/tray/tray_model_types.ts";
import type { BackendStatus, StatusReport } from "../../src/state/status.ts";
import { noCloudUse } from "./states.ts";

export const now = new Date(2026, 4, 3, 15, 30).getTime();
export const at = (hours: number, minutes: number, day = 3) => new Date(2026, 4, day, hours, minutes).toISOString();

export function backend(more: Partial<BackendStatus> = {}): BackendStatus {
  return {
    id: "local",
    kind: "ollama",
    url: "http://127.0.0.1:11434",
    location: "local",
    enabled: true,
    routable: true,
    health: "up",
    latencyMs: 3,
    version: "0.30.0",
    models: ["llama3.2", "qwen3"],
    warm: ["qwen3"],
    reason: null,
    ...more,
  };
}

export const cloud = backend({
  id: "cloud",
  kind: "openai",
  url: "https://cloud.example/v1",
  location: "cloud",
  warm: [],
});

function report(more: Partial<StatusReport> = {}): StatusReport {
  return {
    state: "connected",
    mode: "local-first",
    chosenMode: "local-first",
    modeReason: null,
    pause: null,
    surroundings: { network: "unknown", isMetered: false, isOnBattery: false },
    privacy: { models: 0, apps: 0 },
    cloudUse: noCloudUse,
    listen: "http://127.0.0.1:11435",
    active: "local",
    version: "1.2.3",
    pid: 42,
    uptimeMs: 1,
    inFlight: 0,
    backends: [backend(), cloud],
    configError: null,
    parts: [],
    app: null,
    failovers: [],
    ...more,
  };
}

export const menuOf = (more: Partial<StatusReport> = {}, options: Partial<TrayMenuOptions> = {}) =>
  trayMenu(report(more), { version: "1.2.3", startsAtLogin: false, now, ...options });

/** The menu as text: marks before what is checked, brackets around what cannot be chosen, deeper levels indented. */
export function drawn(items: readonly MenuItem[], indent = ""): string[] {
  return items.flatMap((item) => {
    if (item.kind === "separator") return [`${indent}--`];
    const mark = item.kind === "check" || item.kind === "radio" ? (item.checked ? "[x] " : "[ ] ") : "";
    const label = item.enabled ? item.label : `(${item.label})`;
    return [`${indent}${mark}${label}`, ...(item.kind === "submenu" ? drawn(item.items, `${indent}  `) : [])];
  });
}

export function all(items: readonly MenuItem[]): MenuItem[] {
  return items.flatMap((item) => item.kind === "submenu" ? [item, ...all(item.items)] : [item]);
}

/** The one entry with this key. */
export function entry(items: readonly MenuItem[], key: string) {
  const found = all(items).filter((item) => item.key === key);
  assertEquals(found.length, 1, key);
  assert(found[0].kind !== "separator");
  return found[0] as Exclude<MenuItem, { kind: "separator" }> & { action?: unknown; checked?: boolean };
}
