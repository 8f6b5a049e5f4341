import { assert, assertEquals, assertLessOrEqual, assertMatch, assertNotEquals } from "@std/assert";
import { noCloudUse } from "../../../tests/support/states.ts";
import { routeModes } from "../../core/types.ts";
import type { BackendStatus, StatusReport } from "../../state/status.ts";
import { longestLabel } from "./tray_menu_parts.ts";
import { trayModel } from "./tray_model.ts";
import { type MenuItem, trayIcons } from "./tray_model_types.ts";

/** Mulberry32: the same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4_294_967_296 * below);
  };
}

const hostile = [
  "local",
  "a b",
  "",
  "<b>&",
  "\u202eevil",
  "\0\n\r\t",
  "\ud800",
  "\u{1f600}".repeat(40),
  "__proto__",
  "separator",
];
const healths = ["unknown", "up", "down", "misconfigured", "ejected", "disabled"] as const;

function anyReport(next: (below: number) => number): StatusReport {
  const pick = <T>(from: readonly T[]): T => from[next(from.length)];
  const text = () => Array.from({ length: 1 + next(4) }, () => pick(hostile)).join(pick(["", " ", "\u2028", "_"]));
  const many = <T>(make: () => T, most: number) => Array.from({ length: pick([0, 1, 2, next(most)]) }, make);
  const time = () => pick(["2026-05-03T15:04:00.000Z", "1970-01-01T00:00:00Z", "not a time"]);
  const backends = many((): BackendStatus => ({
    id: text(),
    kind: pick(["ollama", "openai", "cloudtolocalllm"]),
    url: pick(["http://127.0.0.1:11434", "http://[::1]:1", "https://x.example/v1", "no url <&>", text()]),
    location: pick(["local", "cloud"]),
    enabled: next(3) > 0,
    routable: next(2) > 0,
    health: pick(healths),
    latencyMs: pick([null, 0, 3.3, 1e9, NaN]),
    version: null,
    models: many(text, 60),
    warm: many(text, 5),
    reason: pick([null, text(), text().repeat(100)]),
  }), 50);
  return {
    state: pick(["connected", "degraded", "down"]),
    mode: pick(routeModes),
    chosenMode: pick(routeModes),
    modeReason: pick([null, text()]),
    pause: pick([null, { until: null }, { until: time() }]),
    privacy: { models: 0, apps: 0 },
    cloudUse: {
      ...noCloudUse,
      endsAt: time(),
      tokens: pick([0, 7, 1e12]),
      cap: pick([null, 1, 1e12]),
      atCap: pick(["stop-cloud", "warn"]),
      isReached: next(2) > 0,
    },
    surroundings: { network: pick(["unknown", "online", "offline"]), isMetered: next(2) > 0, isOnBattery: next(2) > 0 },
    listen: pick(["http://127.0.0.1:11435", text()]),
    active: pick([null, text(), backends[0]?.id ?? null]),
    version: "1.2.3",
    pid: 1,
    uptimeMs: 1,
    inFlight: pick([0, 1, 12_345]),
    backends,
    parts: [],
    app: pick([null, {
      clients: next(3),
      authenticated: next(2) > 0,
      tooltip: pick([null, text()]),
      icon: pick([null, "error"]),
      reported: null,
      canLaunch: next(2) > 0,
    }]),
    configError: pick([null, text()]),
    failovers: many(() => ({ at: time(), from: text(), to: pick([null, text()]), reason: text(), model: text() }), 30),
  };
}

function all(items: readonly MenuItem[]): MenuItem[] {
  return items.flatMap((item) => item.kind === "submenu" ? [item, ...all(item.items)] : [item]);
}

function assertWellSeparated(items: readonly MenuItem[]) {
  assertNotEquals(items.length, 0);
  const isSeparator = items.map(({ kind }) => kind === "separator");
  assert(!isSeparator[0] && !isSeparator.at(-1));
  assert(!isSeparator.some((is, at) => is && isSeparator[at + 1]));
  for (const item of items) if (item.kind === "submenu") assertWellSeparated(item.items);
}

const shown = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

Deno.test("trayModel() is well-formed for whatever there may be", () => {
  for (let seed = 0; seed < 400; seed++) {
    const next = random(seed);
    const report = anyReport(next);
    const options = {
      colour: "grey",
      version: "1.2.3",
      startsAtLogin: [true, false, undefined][next(3)],
      notifications: [undefined, {}, { mutedUntil: next(4e12) }][next(3)],
      now: Date.UTC(2026, 4, 3, 15, 30),
    } as const;
    const model = trayModel(report, options);
    const items = all(model.menu);

    assert(trayIcons.includes(model.icon));
    for (const line of [model.title, ...model.tooltip.split("\n")]) {
      assertMatch(line, shown);
      assertMatch(line, /^[^<>&]{1,200}$/u);
    }
    assertEquals(new Set(items.map(({ key }) => key)).size, items.length, `keys of seed ${seed}`);
    assertWellSeparated(model.menu);
    for (const item of items) {
      assertLessOrEqual(item.key.length, 300);
      if (item.kind === "separator") continue;
      assertMatch(item.label, shown, `seed ${seed}`);
      assertLessOrEqual([...item.label].length, longestLabel);
    }
    assertLessOrEqual(items.length, 1_100);
    const modes = items.filter((item) => item.kind === "radio" && item.checked).length;
    assertEquals(modes, report.backends.length === 0 ? 0 : 1);
    assertEquals(JSON.parse(JSON.stringify(model)), JSON.parse(JSON.stringify(trayModel(report, options))));
    assertEquals(structuredClone(model), JSON.parse(JSON.stringify(model)));
  }
});
