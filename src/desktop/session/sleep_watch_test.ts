import { assertEquals } from "@std/assert";
import { WatchedClock } from "../../../tests/support/config_fixture.ts";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import { dbusmockTest, MockService } from "../../../tests/support/dbusmock.ts";
import { FakeService, logind } from "../../../tests/support/fake_service.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { LockServer } from "../../../tests/support/lock_server.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { variant } from "../../dbus/variant.ts";
import { BusLink } from "../bus_link.ts";
import { createSleepWatch, type SleepWatchParts } from "./sleep_watch.ts";

/** The watch over a private bus, with a clock of the test's for the lock alone. */
async function watched(
  bus: PrivateBus,
  lockCommand: SleepWatchParts["lockCommand"],
  body: (scene: { desktop: DesktopScene; clock: WatchedClock; answers: (inFlight: number) => void }) => Promise<void>,
): Promise<void> {
  const clock = new WatchedClock();
  const desktop = new DesktopScene({ clock, env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address } });
  const link = new BusLink({ name: "system", address: bus.address, clock: systemClock, log: silentLog });
  const stop = new AbortController();
  const services = [link, createSleepWatch(desktop.context, { link, lockCommand })];
  const running = Promise.all(services.map((service) => service.run(stop.signal)));
  const answers = (inFlight: number) => desktop.store.update((state) => ({ ...state, inFlight }));
  try {
    await body({ desktop, clock, answers });
  } finally {
    stop.abort();
    await running;
  }
  assertEquals(clock.pending, 0);
}

const ignore = isBusMissing;

Deno.test({
  name: "the sleep watch holds no lock without a logind, and the lock ends with it",
  ignore,
  async fn() {
    await using bus = await PrivateBus.start();
    using server = new LockServer();
    await watched(bus, server.command, async ({ clock, answers }) => {
      answers(1);
      assertEquals(clock.pending, 0);
      using _machine = await FakeService.start(bus, logind);
      await clock.timerSet();
      await clock.advance(3_000);
      await server.taken();
      _machine[Symbol.dispose]();
      await server.released();
      using _again = await FakeService.start(bus, logind);
      await clock.timerSet();
      await clock.advance(3_000);
      await server.taken();
    });
    await server.released();
  },
});

Deno.test({
  name: "the sleep watch holds sleep up until the answers have ended, and says when the machine is awake",
  ignore,
  async fn() {
    await using bus = await PrivateBus.start();
    using server = new LockServer();
    await watched(bus, server.command, async ({ desktop, clock, answers }) => {
      answers(1);
      using machine = await FakeService.start(bus, logind);
      await clock.timerSet();
      await clock.advance(3_000);
      await server.taken();
      machine.emit("PrepareForSleep", "b", [true]);
      await inTime("sleep comes", desktop.logged(/about to sleep/));
      assertEquals(clock.nextDueMs, 4_500);
      answers(0);
      await server.released();
      assertEquals(desktop.wakeUps, 0);
      machine.emit("PrepareForSleep", "s", ["nonsense"]);
      machine.emit("PrepareForSleep", "b", [false]);
      await inTime("it wakes", desktop.logged(/is awake/));
      assertEquals(desktop.wakeUps, 1);
    });
  },
});

Deno.test({
  name: "the sleep watch gives no secret to what holds the lock",
  ignore,
  async fn() {
    const variable = "CLOUDTOLOCALLLM_SECRET_SLEEP_TEST";
    Deno.env.set(variable, "the-token");
    const file = await Deno.makeTempFile();
    try {
      await using bus = await PrivateBus.start();
      using _machine = await FakeService.start(bus, logind);
      const command = ["sh", "-c", `echo "<$${variable}>" >'${file}'; exec cat`] as const;
      await watched(bus, command, async ({ desktop, clock, answers }) => {
        desktop.configure({
          backends: [{ id: "a", kind: "openai", url: "https://example.org", location: "cloud", secret: "sleep-test" }],
        });
        answers(1);
        await clock.timerSet();
        await clock.advance(3_000);
      });
      assertEquals(await Deno.readTextFile(file), "<>\n");
    } finally {
      await Deno.remove(file);
      Deno.env.delete(variable);
    }
  },
});

const systemdInhibit = await new Deno.Command("systemd-inhibit", { args: ["--version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

dbusmockTest("the sleep watch takes logind's own lock by systemd-inhibit, and follows its signals", async () => {
  if (!systemdInhibit && Deno.env.get("CI") === undefined) return;
  await using bus = await PrivateBus.start();
  await using mock = await MockService.start(bus, {
    template: "logind",
    service: logind.service,
    path: logind.path,
  });
  const inhibitors = async () => await mock.call("ListInhibitors", "", [], logind.interface);
  await watched(bus, undefined, async ({ desktop, clock, answers }) => {
    answers(1);
    await clock.timerSet();
    await clock.advance(3_000);
    const held = await eventually(inhibitors, ([list]) => (list as unknown[]).length === 1);
    const [[what, who, why, mode]] = held[0] as string[][];
    assertEquals([what, who, why, mode], ["sleep", "CloudToLocalLLM", "An answer is being streamed", "delay"]);
    await mock.emit(logind.interface, "PrepareForSleep", "b", [variant("b", true)]);
    await inTime("sleep comes", desktop.logged(/about to sleep/));
    answers(0);
    await eventually(inhibitors, ([list]) => (list as unknown[]).length === 0);
    await mock.emit(logind.interface, "PrepareForSleep", "b", [variant("b", false)]);
    await inTime("it wakes", desktop.logged(/is awake/));
  });
});

/** Asks again until the answer is as wanted: the mock tells no change of its locks. */
async function eventually<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (let i = 0; i < 5_000; i++) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
  }
  throw new Error(`Not as wanted: ${JSON.stringify(await ask())}`);
}
