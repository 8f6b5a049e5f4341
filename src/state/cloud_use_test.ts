import { assertEquals } from "@std/assert";
import { configOf } from "../../tests/support/states.ts";
import type { AppState } from "./app_state.ts";
import { withCloudCount, withConfig, withPause } from "./changes.ts";
import { capLevel, capWords, type CloudCount, cloudUse, stopsCloud } from "./cloud_use.ts";
import { initialState } from "./status_report.ts";

const endsAt = new Date(2026, 11, 1).getTime();
const count = (tokens: number, more: Partial<CloudCount> = {}): CloudCount => ({
  month: "2026-11",
  endsAt,
  tokens,
  estimated: 0,
  since: null,
  toldBefore: 0,
  ...more,
});
const limits = (monthlyCloudTokens: number | null, atCap: "stop-cloud" | "warn" = "stop-cloud") => ({
  monthlyCloudTokens,
  atCap,
});

Deno.test("cloudUse() is reached at the cap itself, and never without one", () => {
  const table: [tokens: number, cap: number | null, isReached: boolean, level: number][] = [
    [0, null, false, 0],
    [1e12, null, false, 0],
    [79, 100, false, 0],
    [80, 100, false, 80],
    [99, 100, false, 80],
    [100, 100, true, 100],
    [1_000, 100, true, 100],
  ];
  for (const [tokens, cap, isReached, level] of table) {
    const use = cloudUse(count(tokens), limits(cap));
    assertEquals([use.isReached, capLevel(use), stopsCloud(use)], [isReached, level, isReached], `${tokens} of ${cap}`);
    assertEquals(stopsCloud(cloudUse(count(tokens), limits(cap, "warn"))), false);
  }
});

Deno.test("cloudUse() holds as told only what is still so", () => {
  assertEquals(cloudUse(count(90, { toldBefore: 100 }), limits(100)).toldBefore, 80);
  assertEquals(cloudUse(count(90, { toldBefore: 100 }), limits(1_000)).toldBefore, 0);
});

Deno.test("capWords() names cap, use and end", () => {
  assertEquals(
    capWords({ cap: 1_000_000, tokens: 1_000_321, until: endsAt }),
    "the month's cap of 1,000,000 cloud tokens is reached (1,000,321 used) until 1 December",
  );
});

Deno.test("A reached cap keeps everything local, whatever the mode, until it is raised or the month ends", () => {
  for (const mode of ["local-first", "cloud-first", "cloud-only", "fastest"] as const) {
    const config = configOf({ route: { mode }, limits: { monthlyCloudTokens: 100 } });
    const below = withCloudCount(withConfig(initialState(mode), config), count(99), config);
    assertEquals([below.mode, below.modeCause.kind], [mode, "chosen"]);
    const reached = withCloudCount(below, count(100), config);
    assertEquals([reached.mode, reached.modeCause], [
      "local-only",
      { kind: "cap", cap: 100, tokens: 100, until: endsAt },
    ]);
    const modeOf = (state: AppState) => [state.mode, state.modeCause.kind];
    assertEquals(modeOf(withPause(reached, { until: null }, config.route)), ["local-only", "pause"]);
    assertEquals(modeOf(withCloudCount(reached, count(0), config)), [mode, "chosen"], "the next month");
    const raised = configOf({ route: { mode }, limits: { monthlyCloudTokens: 101 } });
    assertEquals(modeOf(withConfig(reached, raised)), [mode, "chosen"]);
    const warns = configOf({ route: { mode }, limits: { monthlyCloudTokens: 100, atCap: "warn" } });
    assertEquals(modeOf(withConfig(reached, warns)), [mode, "chosen"]);
    assertEquals(withConfig(reached, warns).cloudUse.isReached, true);
  }
});

Deno.test("withConfig() keeps the same rules the same object, for requests on their way are held to it", () => {
  const rules = { privacy: { localModels: ["a"] } };
  const state = withConfig(initialState("local-first"), configOf(rules));
  assertEquals(state.privacy, { localModels: ["a"], localApps: [] });
  assertEquals(withConfig(state, configOf(rules)).privacy === state.privacy, true);
  assertEquals(withConfig(state, configOf()).privacy === state.privacy, false);
});
