import { assertEquals } from "@std/assert";
import type { RouteMode } from "../core/types.ts";
import type { ModeCause, Pause } from "./app_state.ts";
import { noCloudUse } from "./cloud_use.ts";
import { modeInForce, modeWords, type SurroundingsPolicy } from "./mode_in_force.ts";

const until = new Date(2026, 0, 5, 15, 4).getTime();
const paused: Pause = { until };
const defaults: SurroundingsPolicy = { metered: "local-first", onBattery: "ignore" };

type Row = [
  name: string,
  seen: { chosen: RouteMode; pause?: Pause; metered?: boolean; battery?: boolean },
  policy: Partial<SurroundingsPolicy>,
  expected: [RouteMode, ModeCause["kind"]],
];

const table: Row[] = [
  ["what the user chose", { chosen: "fastest" }, {}, ["fastest", "chosen"]],
  ["a pause", { chosen: "cloud-first", pause: paused }, {}, ["local-only", "pause"]],
  ["a pause wins over cloud-only", { chosen: "cloud-only", pause: paused }, {}, ["local-only", "pause"]],
  ["a pause of what is local anyway", { chosen: "local-only", pause: paused }, {}, ["local-only", "chosen"]],
  ["a pause wins over metered", { chosen: "fastest", pause: paused, metered: true }, {}, ["local-only", "pause"]],
  ["metered", { chosen: "cloud-first", metered: true }, {}, ["local-first", "metered"]],
  ["metered, local first anyway", { chosen: "local-first", metered: true }, {}, ["local-first", "chosen"]],
  ["metered, ignored", { chosen: "cloud-first", metered: true }, { metered: "ignore" }, ["cloud-first", "chosen"]],
  ["metered never widens local-only", { chosen: "local-only", metered: true }, {}, ["local-only", "chosen"]],
  ["metered never widens cloud-only", { chosen: "cloud-only", metered: true }, {}, ["cloud-only", "chosen"]],
  ["battery, ignored", { chosen: "local-first", battery: true }, {}, ["local-first", "chosen"]],
  ["battery", { chosen: "local-first", battery: true }, { onBattery: "cloud-first" }, ["cloud-first", "battery"]],
  ["battery never widens", { chosen: "local-only", battery: true }, { onBattery: "cloud-first" }, [
    "local-only",
    "chosen",
  ]],
  ["metered wins over battery", { chosen: "fastest", metered: true, battery: true }, { onBattery: "cloud-first" }, [
    "local-first",
    "metered",
  ]],
  [
    "battery where metered is ignored",
    { chosen: "fastest", metered: true, battery: true },
    { metered: "ignore", onBattery: "local-first" },
    ["local-first", "battery"],
  ],
];

Deno.test("modeInForce() follows pause, metered connection and battery, and says which it was", () => {
  for (const [name, { chosen, pause = null, metered = false, battery = false }, policy, expected] of table) {
    const surroundings = { network: "online", isMetered: metered, isOnBattery: battery } as const;
    const { mode, modeCause } = modeInForce({ chosenMode: chosen, pause, surroundings, cloudUse: noCloudUse }, {
      ...defaults,
      ...policy,
    });
    assertEquals([mode, modeCause.kind], expected, name);
  }
});

Deno.test("modeWords() says whose doing the mode is", () => {
  assertEquals(
    [
      modeWords("local-only"),
      modeWords("local-only", { kind: "pause", until: null }),
      modeWords("local-only", { kind: "pause", until }),
      modeWords("local-first", { kind: "metered" }),
      modeWords("local-first", { kind: "battery" }),
    ],
    [
      "the mode is local-only",
      "the cloud is paused",
      "the cloud is paused until 15:04",
      "the connection is metered",
      "the machine runs on battery",
    ],
  );
});
