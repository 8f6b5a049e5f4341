import { assertEquals } from "@std/assert";
import { backendState, cloudInput, configOf } from "../../tests/support/states.ts";
import type { BackendInput } from "../../tests/support/broker_fixture.ts";
import type { Reach } from "../state/health_state.ts";
import { probeDelayMs } from "./probe_delay.ts";

const settings = configOf().health;
const down = (checks: number, passes = 0): Reach => ({ kind: "down", reason: "reset", passes, checks });
const up: Reach = { kind: "up", failures: 0 };

function delay(
  reach: Reach,
  { input = {}, wasUsed = false, random = 0.5, changed = {} }: {
    input?: Partial<BackendInput>;
    wasUsed?: boolean;
    random?: number;
    changed?: Partial<typeof settings>;
  } = {},
): number | undefined {
  return probeDelayMs(backendState(input, { health: { reach } }), { ...settings, ...changed }, { wasUsed, random });
}

Deno.test("probeDelayMs() asks at once what was never asked, and never what is switched off", () => {
  assertEquals(delay({ kind: "unknown" }), 0);
  assertEquals(delay(up, { input: { enabled: false } }), undefined);
});

Deno.test("probeDelayMs() asks every 10 s what is up, and an unused cloud backend every 5 min", () => {
  assertEquals(delay(up), 10_000);
  assertEquals(delay(up, { input: cloudInput }), 300_000);
  assertEquals(delay(up, { input: cloudInput, wasUsed: true }), 10_000);
});

Deno.test("probeDelayMs() confirms a change of mind soon, and goes back to its pace once it is none", () => {
  assertEquals(delay({ kind: "up", failures: 1 }), 500);
  assertEquals(delay({ kind: "up", failures: 2 }, { input: cloudInput }), 500);
  assertEquals(delay({ kind: "up", failures: 3 }), 10_000, "requests succeed all the same");
  assertEquals(delay(down(5, 1)), 500);
  assertEquals(delay({ kind: "up", failures: 1 }, { changed: { upIntervalMs: 40 } }), 40);
  assertEquals(delay(down(5, 1), { changed: { downIntervalMs: 30 } }), 30);
});

Deno.test("probeDelayMs() doubles from 2 s to 30 s while a backend is down, and to 6 s on this machine", () => {
  const pauses = (input: Partial<BackendInput>) => [0, 1, 2, 3, 4, 50].map((checks) => delay(down(checks), { input }));
  assertEquals(pauses(cloudInput), [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  for (const url of ["http://127.0.0.1:11434", "http://[::1]:11434", "http://localhost:11434"]) {
    assertEquals(pauses({ url }), [2_000, 4_000, 6_000, 6_000, 6_000, 6_000], url);
  }
});

Deno.test("probeDelayMs() asks a misconfigured backend every minute", () => {
  assertEquals(delay({ kind: "misconfigured", reason: "http_401" }), 60_000);
});

Deno.test("probeDelayMs() spreads by ten per cent either way", () => {
  assertEquals([0, 0.5, 0.999999].map((random) => delay(up, { random })), [9_000, 10_000, 11_000]);
});
