import { assertEquals } from "@std/assert";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { LockServer } from "../../../tests/support/lock_server.ts";
import { type Log, silentLog } from "../../core/log.ts";
import type { AppState } from "../../state/app_state.ts";
import { initialState } from "../../state/status_report.ts";
import { Store } from "../../state/store.ts";
import { SleepLock, type SleepLockOptions } from "./sleep_lock.ts";

function scene(command: SleepLockOptions["command"]) {
  const clock = new FakeClock();
  const store = new Store<AppState>(initialState("local-first"));
  const told: string[] = [];
  const firstTold = Promise.withResolvers<void>();
  const debug = (message: string) => {
    told.push(message);
    firstTold.resolve();
  };
  const log: Log = { ...silentLog, debug };
  const lock = new SleepLock({ store, clock, log, command });
  const answers = (inFlight: number) => store.update((state) => ({ ...state, inFlight }));
  return { clock, lock, answers, told, firstTold: firstTold.promise };
}

Deno.test("SleepLock is taken for an answer that runs for three seconds, and released a second after the last", async () => {
  using server = new LockServer();
  const { clock, lock, answers, told } = scene(server.command);
  answers(1);
  await clock.advance(2_999);
  answers(0);
  answers(1);
  await clock.advance(3_000);
  await server.taken();
  answers(2);
  answers(0);
  await clock.advance(900);
  answers(1);
  await clock.advance(60_000);
  answers(0);
  await clock.advance(1_000);
  await server.released();
  await lock[Symbol.asyncDispose]();
  assertEquals([clock.pending, told], [0, []]);
});

Deno.test("SleepLock lets the machine sleep as soon as the answers have ended, and is taken again after that", async () => {
  using server = new LockServer();
  const { clock, lock, answers } = scene(server.command);
  answers(2);
  await clock.advance(3_000);
  await server.taken();
  lock.sleepComes();
  answers(1);
  await clock.advance(1_000);
  answers(0);
  await server.released();
  answers(1);
  await clock.advance(10_000);
  lock.awake();
  await clock.advance(3_000);
  await server.taken();
  await lock[Symbol.asyncDispose]();
  await server.released();
  assertEquals(clock.pending, 0);
});

Deno.test("SleepLock lets the machine sleep before logind loses its patience", async () => {
  using server = new LockServer();
  const { clock, lock, answers } = scene(server.command);
  answers(1);
  await clock.advance(3_000);
  await server.taken();
  lock.sleepComes();
  await clock.advance(4_500);
  await server.released();
  await lock[Symbol.asyncDispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("SleepLock does nothing, and says so once, where the program is missing", async () => {
  const { clock, lock, answers, told } = scene(["/nowhere/systemd-inhibit"]);
  for (let i = 0; i < 3; i++) {
    answers(1);
    await clock.advance(5_000);
    answers(0);
    await clock.advance(5_000);
  }
  await lock[Symbol.asyncDispose]();
  assertEquals([told, clock.pending], [["The machine's sleep cannot be held up for answers"], 0]);
});

Deno.test("SleepLock does nothing, and says so once, where the program fails", async () => {
  const { clock, lock, answers, told, firstTold } = scene(["false"]);
  answers(1);
  await clock.advance(3_000);
  await inTime("it is told", firstTold);
  answers(0);
  await clock.advance(5_000);
  answers(1);
  await clock.advance(5_000);
  await lock[Symbol.asyncDispose]();
  assertEquals([told, clock.pending], [["The machine's sleep cannot be held up for answers"], 0]);
});

Deno.test("SleepLock's program gets the environment as it is when it starts", async () => {
  const file = await Deno.makeTempFile();
  const clock = new FakeClock();
  const store = new Store<AppState>(initialState("local-first"));
  const env: Record<string, string> = {};
  const command = ["sh", "-c", `printf %s "\${VARIABLE-unset}" >'${file}'; exec cat`] as const;
  const lock = new SleepLock({ store, clock, log: silentLog, command, env: () => env });
  env.VARIABLE = "now";
  store.update((state) => ({ ...state, inFlight: 1 }));
  await clock.advance(3_000);
  await lock[Symbol.asyncDispose]();
  assertEquals(await Deno.readTextFile(file), "now");
  await Deno.remove(file);
});

Deno.test("the program that holds the lock does not outlive the daemon, however that ends", async () => {
  using server = new LockServer();
  const holder = `
    const [{ SleepLock }, { Store }, { initialState }, { systemClock }, { silentLog }] = await Promise.all(
      ["desktop/session/sleep_lock", "state/store", "state/status_report", "core/clock", "core/log"]
        .map((name) => import(new URL("src/" + name + ".ts", ${
    JSON.stringify(import.meta.resolve("../../../"))
  }).href)),
    );
    const clock = { ...systemClock, now: Date.now, monotonic: systemClock.monotonic, after: (ms, fn) => systemClock.after(0, fn) };
    const store = new Store({ ...initialState("local-first"), inFlight: 1 });
    new SleepLock({ store, clock, log: silentLog, command: ${JSON.stringify(server.command)} });
    setTimeout(() => {}, 1e9);
  `;
  const args = ["run", "-A", "--quiet", "--no-lock", `data:application/typescript,${encodeURIComponent(holder)}`];
  const daemon = new Deno.Command(Deno.execPath(), { args, cwd: new URL("../../../", import.meta.url) }).spawn();
  await server.taken();
  daemon.kill("SIGKILL");
  await daemon.status;
  await server.released();
});
