import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import type { BackendStatus, Failover, StatusReport } from "../state/status.ts";
import { trayMenu, type TrayMenuOptions } from "./tray_menu.ts";
import type { MenuItem } from "./tray_model_types.ts";

const now = new Date(2026, 4, 3, 15, 30).getTime();
const at = (hours: number, minutes: number, day = 3) => new Date(2026, 4, day, hours, minutes).toISOString();

function backend(more: Partial<BackendStatus> = {}): BackendStatus {
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

const cloud = backend({ id: "cloud", kind: "openai", url: "https://cloud.example/v1", location: "cloud", warm: [] });

function report(more: Partial<StatusReport> = {}): StatusReport {
  return {
    state: "connected",
    mode: "local-first",
    chosenMode: "local-first",
    modeReason: null,
    pause: null,
    surroundings: { network: "unknown", isMetered: false, isOnBattery: false },
    listen: "http://127.0.0.1:11435",
    active: "local",
    version: "1.2.3",
    pid: 42,
    uptimeMs: 1,
    inFlight: 0,
    backends: [backend(), cloud],
    configError: null,
    failovers: [],
    ...more,
  };
}

const menuOf = (more: Partial<StatusReport> = {}, options: Partial<TrayMenuOptions> = {}) =>
  trayMenu(report(more), { version: "1.2.3", startsAtLogin: false, now, ...options });

/** The menu as text: marks before what is checked, brackets around what cannot be chosen, deeper levels indented. */
function drawn(items: readonly MenuItem[], indent = ""): string[] {
  return items.flatMap((item) => {
    if (item.kind === "separator") return [`${indent}--`];
    const mark = item.kind === "check" || item.kind === "radio" ? (item.checked ? "[x] " : "[ ] ") : "";
    const label = item.enabled ? item.label : `(${item.label})`;
    return [`${indent}${mark}${label}`, ...(item.kind === "submenu" ? drawn(item.items, `${indent}  `) : [])];
  });
}

function all(items: readonly MenuItem[]): MenuItem[] {
  return items.flatMap((item) => item.kind === "submenu" ? [item, ...all(item.items)] : [item]);
}

/** The one entry with this key. */
function entry(items: readonly MenuItem[], key: string) {
  const found = all(items).filter((item) => item.key === key);
  assertEquals(found.length, 1, key);
  assert(found[0].kind !== "separator");
  return found[0] as Exclude<MenuItem, { kind: "separator" }> & { action?: unknown; checked?: boolean };
}

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

Deno.test("trayMenu() says how each backend is", () => {
  const table: [Partial<BackendStatus>, label: string][] = [
    [{ latencyMs: null, models: [] }, "● local: up, no models"],
    [{ latencyMs: 0.2, models: ["a"] }, "● local: up, 1 ms, 1 model"],
    [{ latencyMs: 2_345, models: ["a"] }, "● local: up, 2.3 s, 1 model"],
    [{ reason: "Its health check fails: no path" }, "◐ local: up, 3 ms, 2 models"],
    [{ health: "ejected", routable: false, reason: "It failed" }, "◐ local: left alone for a while"],
    [{ health: "unknown", reason: "Not checked yet" }, "○ local: not checked yet"],
    [{ health: "down", routable: false, reason: "Ollama is not running" }, "× local: down"],
    [{ health: "misconfigured", routable: false, reason: "No token" }, "× local: needs to be set up"],
    [{ health: "disabled", routable: false, reason: "Not used in mode cloud-only" }, "○ local: not used in this mode"],
    [{ health: "disabled", routable: false, enabled: false, reason: "Switched off" }, "○ local: switched off"],
  ];
  for (const [more, label] of table) {
    const submenu = entry(menuOf({ backends: [backend(more)] }), "backend:local");
    assertEquals(submenu.label, label);
    assert(submenu.kind === "submenu");
    const [first] = submenu.items;
    assertEquals(first.kind === "item" && first.label, more.reason ?? "Test now");
    assertEquals(first.kind === "item" && first.enabled, more.reason === undefined);
  }
});

Deno.test("trayMenu() commands each backend by its id", () => {
  const items = menuOf({ backends: [backend(), { ...cloud, enabled: false, health: "disabled" }] });
  assertEquals(entry(items, "backend:local:test").action, { do: "test_backend", backend: "local" });
  assertEquals(entry(items, "backend:local:enabled").action, {
    do: "enable_backend",
    backend: "local",
    enabled: false,
  });
  assertEquals(entry(items, "backend:cloud:enabled").action, { do: "enable_backend", backend: "cloud", enabled: true });
  assertFalse(entry(items, "backend:cloud:enabled").checked);
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

Deno.test("trayMenu() copies the whole name of a model, whose label keeps the end", () => {
  const model = `hf.co/${"long".repeat(20)}/Model-GGUF:Q4_K_M`;
  const item = entry(
    menuOf({ backends: [backend({ models: [model], warm: [] })] }),
    `backend:local:model:${model.slice(0, 100)}`,
  );
  assertMatch(item.label, /^hf\.co\/long.*….*-GGUF:Q4_K_M$/);
  assertEquals([item.enabled, item.action], [true, { do: "copy_model", model }]);
});

Deno.test("trayMenu() says how many answers run, as long as any do, in the entry of the state", () => {
  assertEquals(
    entry(menuOf({ inFlight: 2 }), "state").label,
    "Ollama on this machine answers, 2 models, 3 ms; 2 answers running",
  );
  const long = entry(menuOf({ inFlight: 1, backends: [backend({ reason: "x".repeat(200) })] }), "state").label;
  assertMatch(long, /…; 1 answer running$/);
  assertEquals(long.length, 110);
});

Deno.test("trayMenu() says what to do where who stands in lacks models", () => {
  const state = { state: "degraded", active: "cloud" } as const;
  const down = backend({ health: "down", routable: false, reason: "Ollama is not running" });
  const notes = (models: string[]) =>
    menuOf({ ...state, backends: [down, { ...cloud, models }] }).flatMap((item) =>
      item.key === "note:models" && item.kind === "item" ? [item.label] : []
    );
  const advice = 'Name models that stand in: "models" of cloud, see docs/CONFIGURATION.md';
  assertEquals([notes(["other"]), notes(["qwen3"]), notes(["qwen3", "llama3.2"])], [[advice], [advice], []]);
});

Deno.test("trayMenu() says where a token belongs", () => {
  const advice = (reason: string) => {
    const items = all(menuOf({ backends: [backend({ health: "misconfigured", routable: false, reason })] }));
    return items.flatMap((item) => item.key === "backend:local:advice" && item.kind === "item" ? [item.label] : []);
  };
  assertEquals(advice("The token is missing: set X"), ['See "Tokens" in docs/CONFIGURATION.md']);
  assertEquals(advice("x.example asks for payment"), []);
});

Deno.test("trayMenu() says first and briefly what is wrong with the configuration, and opens it", () => {
  const configError =
    "Cannot use /x/y/config.json: 1 problem\n  line 17, column 5: this key is there twice\nCorrect it";
  const note = entry(menuOf({ configError }), "note:config");
  assertEquals([note.label, note.action], ["config.json, line 17: this key is there twice", { do: "open_settings" }]);
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
  const label = (options: Partial<TrayMenuOptions>) => drawn(menuOf({}, options)).slice(1, 6);
  assertEquals(label({ app: { connected: true } }), ["--", "Show app", "Hide app", "Quit app", "--"]);
  assertEquals(entry(menuOf({}, { app: { connected: true } }), "app:hide").action, { do: "app", command: "HIDE" });
  assertEquals(menuOf({}, { app: { connected: false } }), menuOf());
});

Deno.test("trayMenu() knows whether it starts at login, or cannot know", () => {
  const login = (startsAtLogin?: boolean) => entry(menuOf({}, { startsAtLogin }), "login");
  assertEquals([login(true).checked, login(true).enabled], [true, true]);
  assertEquals(login(true).action, { do: "start_at_login", enabled: false });
  assertEquals(login(false).action, { do: "start_at_login", enabled: true });
  assertEquals([login().checked, login().enabled], [false, false]);
});

Deno.test("trayMenu() shows a bounded part of much", () => {
  const models = Array.from({ length: 200 }, (_, at) => `model-${at}`);
  const backends = Array.from(
    { length: 200 },
    (_, at) => backend({ id: `b${at}`, models, warm: ["model-1", "model-99"] }),
  );
  const items = menuOf({ backends, active: "b0" });
  assertEquals(all(items).filter(({ kind, key }) => kind === "submenu" && key.startsWith("backend:")).length, 30);
  assertEquals(entry(items, "backends:more").label, "and 170 more");
  assertEquals(entry(items, "backend:b3:models:more").label, "and 175 more, 1 of them loaded");
  assertEquals(all(items).filter(({ key }) => key.startsWith("backend:b3:model:")).length, 25);
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
