import { assertEquals } from "@std/assert";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { silentLog } from "../../core/log.ts";
import { HostKeeper } from "./host_keeper.ts";
import type { TrayKind } from "./tray_choice.ts";
import type { TrayHost } from "./tray_host.ts";

class StubHost implements TrayHost {
  readonly #end = Promise.withResolvers<void>();
  readonly closed = this.#end.promise;
  show(): void {}
  fall(): void {
    this.#end.resolve();
  }
  close(): Promise<void> {
    this.fall();
    return this.closed;
  }
}

function scene() {
  const clock = new FakeClock();
  const stop = new AbortController();
  const events: string[] = [];
  const state = {
    choice: undefined as TrayKind | undefined,
    host: undefined as StubHost | undefined,
    open: (_signal: AbortSignal): Promise<TrayHost> => Promise.resolve(new StubHost()),
  };
  const keeper = new HostKeeper({
    clock,
    log: silentLog,
    random: () => 1,
    choose: () => state.choice,
    open(kind, signal) {
      events.push(`open ${kind} at ${clock.monotonic()}`);
      return state.open(signal);
    },
    onHost(host) {
      if (!host) events.push("none");
      state.host = host as StubHost | undefined;
    },
  });
  const running = keeper.run(stop.signal);
  const choose = async (choice: TrayKind | undefined) => {
    state.choice = choice;
    keeper.look();
    await settle();
  };
  const end = async () => {
    stop.abort();
    await running;
    assertEquals(clock.pending, 0);
  };
  return { clock, events, state, choose, end };
}

Deno.test("HostKeeper opens what is chosen and closes what is not", async () => {
  const { events, choose, state, end } = scene();
  await choose("gtk");
  await choose("gtk");
  await choose("sni");
  await choose(undefined);
  assertEquals(events, ["open gtk at 0", "none", "open sni at 0", "none"]);
  await choose("sni");
  const last = state.host!;
  await end();
  await last.closed;
  assertEquals(state.host, undefined);
});

Deno.test("HostKeeper opens a host that falls again, after pauses that double and begin anew", async () => {
  const { clock, events, choose, state, end } = scene();
  await choose("gtk");
  for (const pauseMs of [500, 1_000, 2_000]) {
    state.host!.fall();
    await settle();
    assertEquals(clock.nextDueMs, pauseMs);
    await clock.advance(pauseMs);
  }
  await clock.advance(60_000);
  state.host!.fall();
  await settle();
  assertEquals(clock.nextDueMs, 500);
  assertEquals(events.filter((event) => event !== "none").length, 4);
  await end();
});

Deno.test("HostKeeper tries again when a host does not open, up to once a minute, and takes another at once", async () => {
  const { clock, events, choose, state, end } = scene();
  state.open = () => Promise.reject(new Error("no"));
  await choose("gtk");
  await clock.advance(500 + 1_000 + 2_000 + 4_000 + 8_000 + 16_000 + 32_000 + 60_000);
  assertEquals(events.length, 9);
  assertEquals(clock.nextDueMs, 60_000);
  state.open = () => Promise.resolve(new StubHost());
  await choose("sni");
  assertEquals(events.at(-1), `open sni at ${clock.monotonic()}`);
  await end();
});

Deno.test("HostKeeper ends what opens slowly, waits for its end, and closes it should it have opened", async () => {
  for (const late of [undefined, new StubHost()]) {
    const { choose, state, end } = scene();
    const slow = Promise.withResolvers<TrayHost>();
    const told = Promise.withResolvers<void>();
    state.open = (signal) => {
      signal.addEventListener("abort", () => told.resolve(), { once: true });
      return slow.promise;
    };
    await choose("gtk");
    let hasEnded = false;
    const ended = end().then(() => hasEnded = true);
    await told.promise;
    await settle();
    assertEquals(hasEnded, false);
    if (late) slow.resolve(late);
    else slow.reject(new Error("The tray ends"));
    await ended;
    await late?.closed;
  }
});
