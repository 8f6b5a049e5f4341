import { assertEquals } from "@std/assert";
import { isHeld, nextPhase, sleepComes, type SleepLockPhase } from "./sleep_lock_phase.ts";

const now = 10_000;

Deno.test("nextPhase() takes the lock for an answer that runs for some time, and keeps it a moment longer", () => {
  const table: [before: SleepLockPhase, isBusy: boolean, after: SleepLockPhase][] = [
    [{ kind: "idle" }, false, { kind: "idle" }],
    [{ kind: "idle" }, true, { kind: "waiting", until: now + 3_000 }],
    [{ kind: "waiting", until: now + 1 }, true, { kind: "waiting", until: now + 1 }],
    [{ kind: "waiting", until: now + 1 }, false, { kind: "idle" }],
    [{ kind: "waiting", until: now }, true, { kind: "held" }],
    [{ kind: "waiting", until: now }, false, { kind: "idle" }],
    [{ kind: "held" }, true, { kind: "held" }],
    [{ kind: "held" }, false, { kind: "lingering", until: now + 1_000 }],
    [{ kind: "lingering", until: now + 1 }, false, { kind: "lingering", until: now + 1 }],
    [{ kind: "lingering", until: now + 1 }, true, { kind: "held" }],
    [{ kind: "lingering", until: now }, false, { kind: "idle" }],
    [{ kind: "delaying", until: now + 1 }, true, { kind: "delaying", until: now + 1 }],
    [{ kind: "delaying", until: now + 1 }, false, { kind: "letting_sleep" }],
    [{ kind: "delaying", until: now }, true, { kind: "letting_sleep" }],
    [{ kind: "letting_sleep" }, true, { kind: "letting_sleep" }],
  ];
  for (const [before, isBusy, after] of table) {
    assertEquals(nextPhase(before, { now, isBusy }), after, `${before.kind}, ${isBusy}`);
  }
});

Deno.test("sleepComes() holds the sleep up only for answers that run under the lock, and shorter than logind waits", () => {
  const kinds = (isBusy: boolean) =>
    (["idle", "waiting", "held", "lingering"] as const).map((kind) =>
      sleepComes({ kind, until: now } as SleepLockPhase, { now, isBusy }).kind
    );
  assertEquals(kinds(true), ["letting_sleep", "letting_sleep", "delaying", "delaying"]);
  assertEquals(kinds(false), ["letting_sleep", "letting_sleep", "letting_sleep", "letting_sleep"]);
  assertEquals(sleepComes({ kind: "held" }, { now, isBusy: true }), { kind: "delaying", until: now + 4_500 });
});

Deno.test("isHeld() is whether logind is told to wait", () => {
  const kinds = ["idle", "waiting", "held", "lingering", "delaying", "letting_sleep"] as const;
  assertEquals(kinds.filter((kind) => isHeld({ kind, until: 0 } as SleepLockPhase)), ["held", "lingering", "delaying"]);
});
