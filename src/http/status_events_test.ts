import { assertEquals } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { backendState } from "../../tests/support/states.ts";
import type { AppState } from "../state/app_state.ts";
import { initialState, statusReport } from "../state/status_report.ts";
import { Store } from "../state/store.ts";
import { statusEvents } from "./status_events.ts";

function scene() {
  const clock = new FakeClock();
  const store = new Store<AppState>({ ...initialState("local-first"), backends: [backendState()] });
  const stopping = new AbortController();
  const client = new AbortController();
  const facts = { listen: "", version: "1", pid: 1 };
  const status = () => statusReport(store.state, { ...facts, now: clock.monotonic(), uptimeMs: clock.monotonic() });
  const context = { clock, store, status, stopping: stopping.signal };
  const reader = statusEvents(context, client.signal).getReader();
  return {
    clock,
    store,
    stopping,
    client,
    reader,
    setInFlight: (inFlight: number) => store.update((state) => ({ ...state, inFlight })),
    async inFlight(): Promise<number | "end"> {
      const { value } = await reader.read();
      return value ? JSON.parse(value.data!).inFlight : "end";
    },
  };
}

Deno.test("statusEvents() tells the state at once, and changes within 100 ms as one", async () => {
  const { clock, reader, setInFlight, inFlight } = scene();
  assertEquals(await inFlight(), 0);
  for (let n = 1; n <= 50; n++) {
    setInFlight(n);
    await clock.advance(1);
  }
  assertEquals(clock.pending, 1);
  await clock.advance(50);
  assertEquals([await inFlight(), clock.pending], [50, 0]);
  await reader.cancel();
});

Deno.test("statusEvents() is silent about changes that nobody would see", async () => {
  const { clock, reader, store, setInFlight, inFlight } = scene();
  assertEquals(await inFlight(), 0);
  setInFlight(1);
  setInFlight(0);
  store.update((state) => ({ ...state }));
  await clock.advance(60_000);
  setInFlight(2);
  await clock.advance(100);
  assertEquals(await inFlight(), 2);
  await reader.cancel();
});

Deno.test("statusEvents() gives a slow reader the newest state, and keeps nothing for it", async () => {
  const { clock, reader, setInFlight, inFlight } = scene();
  for (let n = 1; n <= 500; n++) {
    setInFlight(n);
    await clock.advance(100);
  }
  assertEquals([await inFlight(), await inFlight()], [0, 500]);
  setInFlight(7);
  await clock.advance(100);
  assertEquals(await inFlight(), 7);
  await reader.cancel();
});

Deno.test("statusEvents() ends with the daemon, also when that stops already", async () => {
  const running = scene();
  running.setInFlight(1);
  running.stopping.abort();
  assertEquals([await running.inFlight(), await running.inFlight(), running.clock.pending], [0, "end", 0]);
  const { clock, store } = scene();
  const context = { clock, store, status: () => statusReport(store.state, facts), stopping: AbortSignal.abort() };
  const facts = { now: 0, uptimeMs: 0, listen: "", version: "1", pid: 1 };
  const reader = statusEvents(context, new AbortController().signal).getReader();
  assertEquals([(await reader.read()).done, (await reader.read()).done], [false, true]);
});

Deno.test("statusEvents() leaves nothing behind when its client leaves", async () => {
  for (const leave of ["abort", "cancel"] as const) {
    const { clock, client, reader, setInFlight } = scene();
    setInFlight(1);
    if (leave === "abort") client.abort();
    else await reader.cancel();
    setInFlight(2);
    await settle();
    assertEquals(clock.pending, 0, leave);
  }
});
