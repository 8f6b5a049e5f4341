import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { sleep } from "./clock.ts";
import { type Log, silentLog } from "./log.ts";
import { Fatal, restartPauseMs, type Service, StayDown, supervise } from "./supervise.ts";

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A service that counts its starts and does what `behave` says. */
function counted(name: string, behave: (signal: AbortSignal, start: number) => Promise<void>) {
  const service = {
    name,
    starts: 0,
    running: 0,
    async run(signal: AbortSignal) {
      service.starts++;
      service.running++;
      try {
        await behave(signal, service.starts);
      } finally {
        service.running--;
      }
    },
  };
  return service;
}

function start(services: Service[], { log = silentLog }: { log?: Log } = {}) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const ended = supervise(services, { signal: controller.signal, log, clock, random: () => 1 });
  return { clock, ended, stop: () => controller.abort() };
}

Deno.test("restartPauseMs() doubles up to a minute, with jitter of a half", () => {
  assertEquals([1, 2, 3, 7, 8, 2000].map((n) => restartPauseMs(n, 1)), [500, 1000, 2000, 32_000, 60_000, 60_000]);
  assertEquals([1, 8].map((n) => restartPauseMs(n, 0)), [250, 30_000]);
});

Deno.test("supervise() starts a failed service again, later each time", async () => {
  const service = counted("tray", () => Promise.reject(new Error("no bus")));
  const { clock, ended, stop } = start([service]);
  await settle();
  const pauses: (number | undefined)[] = [];
  for (let i = 0; i < 3; i++) {
    pauses.push(clock.nextDueMs);
    await clock.advance(clock.nextDueMs ?? 0);
  }
  assertEquals([pauses, service.starts], [[500, 1000, 2000], 4]);
  stop();
  await ended;
  assertEquals(clock.pending, 0);
});

Deno.test("supervise() begins the pauses anew after a healthy minute", async () => {
  const lives = [0, 0, 59_999, 60_000];
  const clock = new FakeClock();
  const service = counted("tray", async (signal, start) => {
    await sleep(lives[start - 1] ?? 0, { clock, signal });
    throw new Error("fell");
  });
  const controller = new AbortController();
  const pauses: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_message, fields) => pauses.push(fields?.pauseMs) };
  const ended = supervise([service], { signal: controller.signal, log, clock, random: () => 1 });
  await clock.advance(126_000);
  assertEquals(pauses.slice(0, 4), [500, 1000, 2000, 500]);
  controller.abort();
  await ended;
  assertEquals(clock.pending, 0);
});

Deno.test("supervise() leaves a service down that says so, and the others up", async () => {
  const down = counted("tray", () => Promise.reject(new StayDown("no desktop")));
  const up = counted("broker", untilAborted);
  const { clock, ended, stop } = start([down, up]);
  await clock.advance(600_000);
  assertEquals([down.starts, up.starts, up.running], [1, 1, 1]);
  stop();
  await ended;
  assertEquals(up.running, 0);
});

Deno.test("supervise() does not start a service again that is done, and ends when all are", async () => {
  const done = counted("once", () => Promise.resolve());
  const { clock, ended } = start([done]);
  await ended;
  assertEquals([done.starts, clock.pending], [1, 0]);
});

Deno.test("supervise() ends all and rejects when one is fatal", async () => {
  const failing = counted("bus", () => Promise.reject(new Error("no bus")));
  const other = counted("broker", untilAborted);
  let fail = () => {};
  const fatal = counted("http", async () => {
    await new Promise<void>((resolve) => fail = resolve);
    throw new Fatal("port is taken");
  });
  const { clock, ended } = start([failing, other, fatal]);
  const rejected = assertRejects(() => ended, Fatal, "port is taken");
  await settle();
  assertEquals([other.running, clock.pending], [1, 1]);
  fail();
  await rejected;
  assertEquals([failing.running, other.running, fatal.running, clock.pending], [0, 0, 0, 0]);
});

Deno.test("supervise() waits for its services when the signal aborts, whatever they end with", async () => {
  const slow = counted("slow", async (signal) => {
    await untilAborted(signal);
    await settle();
    throw new Error("fell while ending");
  });
  const { ended, stop } = start([slow]);
  await settle();
  assertEquals(slow.running, 1);
  stop();
  await ended;
  assertEquals([slow.running, slow.starts], [0, 1]);
});

Deno.test("supervise() starts nothing when the signal has aborted already", async () => {
  const service = counted("late", untilAborted);
  await supervise([service], { signal: AbortSignal.abort(), log: silentLog, clock: new FakeClock() });
  assertEquals(service.starts, 0);
});

Deno.test("supervise() takes an error thrown at once, and one that is undefined, for a failure", async () => {
  const atOnce: Service = {
    name: "at once",
    run() {
      throw new Error("not even a promise");
    },
  };
  const nothing: Service = { name: "nothing", run: () => Promise.reject() };
  const warned: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_message, fields) => warned.push(fields?.error) };
  const { ended, stop } = start([atOnce, nothing], { log });
  await settle();
  assert(warned.includes("not even a promise") && warned.includes("it failed without an error"));
  stop();
  await ended;
});
