import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { all, at, backend, cloud, drawn, entry, menuOf, now } from "../../../tests/support/menu_of_report.ts";
import type { AppSeen } from "../../state/app_link.ts";
import type { Failover, StatusReport } from "../../state/status.ts";
import type { MenuItem } from "./tray_model_types.ts";

const anApp: AppSeen = {
  clients: 1,
  authenticated: false,
  tooltip: null,
  icon: null,
  reported: null,
  canLaunch: false,
};

Deno.test("trayMenu() is the menu that was agreed on, in its order", () => {
  assertEquals(drawn(menuOf()), [
    "(Ollama on this machine answers, 2 models, 3 ms)",
    "--",
    "● local: up, 3 ms, 2 models",
    "  Test now",
    "  [x] Enabled",
    "  --",
    "  llama3.2",
    "  qwen3 (loaded)",
    "● cloud: up, 3 ms, 2 models",
    "  Test now",
    "  [x] Enabled",
    "  --",
    "  llama3.2",
    "  qwen3",
    "--",
    "[x] Local first",
    "[ ] Cloud first",
    "[ ] Local only",
    "[ ] Cloud only",
    "[ ] Fastest (by first answer)",
    "--",
    "[ ] Pause cloud",
    "[ ] Local only for 1 hour",
    "--",
    "Recent failovers",
    "  (None yet)",
    "--",
    "Open settings…",
    "Copy API address",
    "Open logs",
    "[ ] Start at login",
    "About",
    "  (CloudToLocalLLM 1.2.3)",
    "  (Free software under the MIT licence)",
    "  (API address: http://127.0.0.1:11435)",
    "  Website",
    "--",
    "Quit",
  ]);
});

Deno.test("trayMenu() shows the mode that the user chose, and why another one is in force", () => {
  const items = menuOf({ chosenMode: "cloud-first", modeReason: "the connection is metered" });
  assert(entry(items, "mode:cloud-first").checked);
  assertFalse(entry(items, "mode:local-first").checked);
  assertEquals(entry(items, "mode:cloud-only").action, { do: "set_mode", mode: "cloud-only" });
  assertEquals(entry(items, "note:mode").label, "The connection is metered: local first");
  assertFalse(menuOf().some(({ key }) => key.startsWith("note:")));
});

Deno.test("trayMenu() says that the machine is offline", () => {
  const items = menuOf({ surroundings: { network: "offline", isMetered: false, isOnBattery: false } });
  assertEquals(entry(items, "note:network").label, "This machine is offline");
  const portal = menuOf({ surroundings: { network: "portal", isMetered: false, isOnBattery: false } });
  assertEquals(entry(portal, "note:network").label, "The network asks for a login");
});

Deno.test("trayMenu() pauses the cloud and takes that back", () => {
  const resume = { do: "resume_cloud" };
  const none = menuOf();
  assertEquals(entry(none, "pause:open").action, { do: "pause_cloud" });
  assertEquals(entry(none, "pause:hour").action, { do: "pause_cloud", forMs: 3_600_000 });

  const without = { ...cloud, health: "disabled", routable: false, reason: "The cloud is paused" } as const;
  const state = { mode: "local-only", modeReason: "the cloud is paused", backends: [backend(), without] } as const;
  const open = menuOf({ ...state, backends: [...state.backends], pause: { until: null } });
  assertEquals(entry(open, "backend:cloud").label, "○ cloud: paused");
  assertEquals([entry(open, "pause:open").checked, entry(open, "pause:hour").checked], [true, false]);
  assertEquals(entry(open, "pause:open").action, resume);
  assertFalse(open.some(({ key }) => key === "note:mode"));

  const timed = menuOf({ mode: "local-only", pause: { until: at(16, 4) } });
  assertEquals([entry(timed, "pause:open").checked, entry(timed, "pause:hour").checked], [false, true]);
  assertEquals(entry(timed, "pause:hour").label, "Local only until 16:04");
  assertEquals(entry(timed, "pause:hour").action, resume);
});

Deno.test("trayMenu() offers a pause only where a cloud is in use, and its end always", () => {
  const offers = (more: Partial<StatusReport>) => menuOf(more).some(({ key }) => key.startsWith("pause:"));
  assertFalse(offers({ backends: [backend()] }));
  assertFalse(offers({ backends: [backend(), { ...cloud, enabled: false, health: "disabled" }] }));
  assert(offers({ backends: [backend(), { ...cloud, health: "disabled" }] }));
  assert(offers({ backends: [backend()], pause: { until: null } }));
});

Deno.test("trayMenu() mutes notifications and shows until when, where there are any", () => {
  const mutedUntil = new Date(2026, 4, 4, 0, 58).getTime();
  assertFalse(menuOf().some(({ key }) => key === "mute"));
  const off = entry(menuOf({}, { notifications: {} }), "mute");
  assertEquals([off.label, off.checked, off.action], ["Mute notifications for 1 hour", false, { do: "mute" }]);
  const on = entry(menuOf({}, { notifications: { mutedUntil } }), "mute");
  assertEquals([on.label, on.checked, on.action], ["Notifications muted until 00:58", true, { do: "unmute" }]);
});

Deno.test("trayMenu() tells the last ten failovers", () => {
  const one: Failover = { at: at(15, 4), from: "local", to: "cloud", reason: "connect_refused", model: "llama3.2" };
  const failovers = [
    one,
    { ...one, from: "cloud", to: null, reason: "http_503" },
    { ...one, at: at(9, 5, 2), reason: "weird\nreason" },
    ...Array.from({ length: 17 }, () => one),
  ];
  const submenu = entry(menuOf({ failovers }), "failovers");
  assert(submenu.kind === "submenu");
  assertEquals(drawn(submenu.items).slice(0, 4), [
    "(15:04 local → cloud, llama3.2: Ollama was not running)",
    "(15:04 cloud → nobody, llama3.2: it answered with HTTP 503)",
    "(2 May 09:05 local → cloud, llama3.2: Ollama failed (weird reason))",
    "(15:04 local → cloud, llama3.2: Ollama was not running)",
  ]);
  assertEquals(submenu.items.length, 10);
  assertEquals(new Set(submenu.items.map(({ key }) => key)).size, 10);
});

Deno.test("trayMenu() has the app's entries only while one is connected", () => {
  const labels = (app: Partial<AppSeen>) => drawn(menuOf({ app: { ...anApp, ...app } })).slice(1, 6);
  assertEquals(labels({}), ["--", "Show app", "Hide app", "Quit app", "--"]);
  assertEquals(labels({ authenticated: true })[3], "Test Ollama in the app");
  assertEquals(entry(menuOf({ app: anApp }), "app:hide").action, { do: "app", command: "HIDE" });
  assertEquals(menuOf({ app: { ...anApp, clients: 0 } }), menuOf());
});

Deno.test("trayMenu() offers to launch the app where it is found and not connected", () => {
  const items = menuOf({ app: { ...anApp, clients: 0, canLaunch: true } });
  assertEquals(drawn(items).slice(1, 4), ["--", "Launch app", "--"]);
  assertEquals(entry(items, "app:launch").action, { do: "launch_app" });
});

Deno.test("trayMenu() knows whether it starts at login, or cannot know", () => {
  const login = (startsAtLogin?: boolean) => entry(menuOf({}, { startsAtLogin }), "login");
  assertEquals([login(true).checked, login(true).enabled], [true, true]);
  assertEquals(login(true).action, { do: "start_at_login", enabled: false });
  assertEquals(login(false).action, { do: "start_at_login", enabled: true });
  assertEquals([login().checked, login().enabled], [false, false]);
});

Deno.test("trayMenu() keeps what users and models are called in one line each", () => {
  const id = "a\u202eb\u0000\n\u0007c\ud800 ".repeat(50);
  const models = ["", "same", "same", "\u{1f600}".repeat(500), "x\u2028y"];
  const items = menuOf({ backends: [backend({ id, models, reason: "R\n".repeat(500) })], configError: "bad\nline" });
  const labels = all(items).flatMap((item) => item.kind === "separator" ? [] : [item.label]);
  for (const label of labels) assertMatch(label, /^[^\p{C}\p{Zl}\p{Zp}]{1,110}$/u);
  assert(labels.includes("x y"));
  assert(labels.includes("…"));
  assert(labels.includes("bad line"));
  const keys = all(items).map(({ key }) => key);
  assertEquals(new Set(keys).size, keys.length);
  const test = all(items).find((item) => item.kind === "item" && item.action?.do === "test_backend");
  assertEquals(test?.kind === "item" && test.action, { do: "test_backend", backend: id });
});

Deno.test("trayMenu() says once that no backend is set up, and offers nothing that needs one", () => {
  const items = menuOf({ backends: [], active: null, state: "down" });
  assertEquals(drawn(items).slice(0, 5), [
    "(No model server is set up yet: open the settings to add one)",
    "--",
    "Recent failovers",
    "  (None yet)",
    "--",
  ]);
});

Deno.test("trayMenu() keeps its keys when only words change", () => {
  const keys = (items: readonly MenuItem[]) => all(items).map(({ key }) => key);
  const before = menuOf();
  const after = menuOf(
    { backends: [backend({ latencyMs: 90, warm: [] }), { ...cloud, health: "down" }], pause: { until: at(16, 0) } },
    { startsAtLogin: true, now: now + 60_000 },
  );
  assertEquals(keys(after), keys(before));
});
