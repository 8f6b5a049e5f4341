import { assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import type { Log } from "../core/log.ts";
import type { Pause } from "../state/app_state.ts";
import { CloudPause } from "./cloud_pause.ts";

const hourMs = 3_600_000;

/** Its wall clock can be set, as people and time servers do. */
class SettableClock extends FakeClock {
  #offsetMs = 0;

  override now(): number {
    return super.now() + this.#offsetMs;
  }

  set(byMs: number): void {
    this.#offsetMs += byMs;
  }
}

/** Pauses that keep themselves in one file; each `start()` is a daemon of its own. */
class Scene implements AsyncDisposable {
  readonly clock = new SettableClock();
  readonly warnings: string[] = [];
  readonly folder = Deno.makeTempDirSync();
  readonly path = `${this.folder}/state/pause.json`;
  /** What the last one said. */
  pause: Pause | null = null;
  changes = 0;

  async start(): Promise<CloudPause> {
    const nothing = () => {};
    const log: Log = { debug: nothing, info: nothing, error: nothing, warn: (words) => this.warnings.push(words) };
    this.pause = null;
    const pause = new CloudPause({
      path: this.path,
      clock: this.clock,
      log,
      onChange: (pause) => {
        this.pause = pause;
        this.changes++;
      },
    });
    await pause.restore();
    return pause;
  }

  async write(text: string): Promise<void> {
    await Deno.mkdir(`${this.folder}/state`, { recursive: true });
    await Deno.writeTextFile(this.path, text);
  }

  get file(): string | undefined {
    try {
      return Deno.readTextFileSync(this.path);
    } catch {
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
    assertEquals(this.clock.pending, 0, "a timer was left behind");
  }
}

Deno.test("CloudPause ends when its time has come, and leaves no file", async () => {
  await using scene = new Scene();
  await using pause = await scene.start();
  assertEquals([scene.pause, scene.changes], [null, 0]);
  await pause.begin(hourMs);
  const until = scene.clock.now() + hourMs;
  assertEquals([scene.pause, JSON.parse(scene.file!)], [{ until }, { until }]);
  assertEquals(Deno.statSync(scene.path).mode! & 0o777, 0o600);
  await scene.clock.advance(hourMs - 1);
  assertEquals(scene.pause, { until });
  await scene.clock.advance(1);
  assertEquals([scene.pause, scene.clock.pending], [null, 0]);
  await pause[Symbol.asyncDispose]();
  assertEquals(scene.file, undefined);
});

Deno.test("CloudPause without an end lasts until it is ended, and wakes nobody meanwhile", async () => {
  await using scene = new Scene();
  await using pause = await scene.start();
  await pause.begin();
  assertEquals([scene.pause, scene.clock.pending], [{ until: null }, 0]);
  await pause.begin(1_000);
  assertEquals(scene.pause, { until: scene.clock.now() + 1_000 });
  await pause.end();
  await pause.end();
  assertEquals([scene.pause, scene.changes, scene.file, scene.clock.pending], [null, 3, undefined, 0]);
});

Deno.test("CloudPause goes on after a restart, and not longer than it was meant", async () => {
  await using scene = new Scene();
  const first = await scene.start();
  await first.begin(hourMs);
  const { pause: paused } = scene;
  await first[Symbol.asyncDispose]();
  await scene.clock.advance(hourMs / 2);
  const second = await scene.start();
  assertEquals(scene.pause, paused);
  await second[Symbol.asyncDispose]();
  await scene.clock.advance(hourMs);
  await using _third = await scene.start();
  assertEquals([scene.pause, scene.warnings], [null, []]);
});

Deno.test("CloudPause without an end goes on after a restart", async () => {
  await using scene = new Scene();
  const first = await scene.start();
  await first.begin();
  await first[Symbol.asyncDispose]();
  await using second = await scene.start();
  assertEquals(scene.pause, { until: null });
  await second.end();
});

Deno.test("CloudPause keeps the cloud paused when its file is broken", async () => {
  for (const text of ["", "{", "null", "{}", '{"until":"tomorrow"}', '{"until":1e999}', "[]", "7"]) {
    await using scene = new Scene();
    await scene.write(text);
    await using _pause = await scene.start();
    assertEquals([scene.pause, scene.warnings.length], [{ until: null }, 1], text);
  }
  await using scene = new Scene();
  await Deno.mkdir(scene.path, { recursive: true });
  await using _pause = await scene.start();
  assertEquals([scene.pause, scene.warnings.length], [{ until: null }, 1], "a folder in its place");
});

Deno.test("CloudPause follows a clock that is set, and a machine that slept", async () => {
  await using scene = new Scene();
  await using pause = await scene.start();
  await pause.begin(hourMs);
  scene.clock.set(2 * hourMs);
  await scene.clock.advance(30_000);
  assertEquals(scene.pause, null, "the clock went on without timers");
  await pause.begin(hourMs);
  scene.clock.set(2 * hourMs);
  pause.look();
  assertEquals(scene.pause, null, "it was told to look");
});

Deno.test("CloudPause does not get longer when the clock is set back", async () => {
  await using scene = new Scene();
  await using pause = await scene.start();
  await pause.begin(hourMs);
  scene.clock.set(-5 * hourMs);
  await scene.clock.advance(30_000);
  assertEquals(scene.pause, { until: scene.clock.now() + hourMs - 30_000 });
  await scene.clock.advance(hourMs - 30_000);
  assertEquals(scene.pause, null);
});

Deno.test("CloudPause takes no end beyond a day, be it asked for or read", async () => {
  await using scene = new Scene();
  await using pause = await scene.start();
  for (const forMs of [0, -1, 1e-300, 999, NaN, Infinity, 24 * hourMs + 1]) {
    await assertRejects(() => pause.begin(forMs), RangeError, "from 1 second to 24 hours");
  }
  assertEquals(scene.pause, null);
  await scene.write(JSON.stringify({ until: scene.clock.now() + 1e15 }));
  await using _other = await scene.start();
  assertEquals(scene.pause, { until: scene.clock.now() + 24 * hourMs });
});

Deno.test("CloudPause leaves in its file what was said last, however quickly", async () => {
  await using scene = new Scene();
  const pause = await scene.start();
  void pause.begin();
  void pause.end();
  void pause.begin(hourMs);
  void pause.end();
  await pause[Symbol.asyncDispose]();
  assertEquals([scene.pause, scene.file], [null, undefined]);
  const again = await scene.start();
  void again.begin();
  void again.end();
  await again.begin(hourMs);
  await again[Symbol.asyncDispose]();
  assertEquals(JSON.parse(scene.file!), scene.pause);
});

Deno.test("CloudPause pauses also where its file cannot be written, and says so", async () => {
  await using scene = new Scene();
  await Deno.writeTextFile(`${scene.folder}/state`, "not a folder");
  await using pause = await scene.start();
  scene.warnings.length = 0;
  await pause.begin();
  assertEquals([scene.pause, scene.warnings], [{ until: null }, ["The pause of the cloud will not survive a restart"]]);
});
