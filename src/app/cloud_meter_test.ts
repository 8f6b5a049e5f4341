import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import type { Config } from "../config/schema.ts";
import type { RequestRecord } from "../broker/request_record.ts";
import { silentLog } from "../core/log.ts";
import type { CloudCount } from "../state/cloud_use.ts";
import { CloudMeter } from "./cloud_meter.ts";

/** A clock that can be set; timers go by its monotonic side. */
class WallClock extends FakeClock {
  shiftMs = 0;
  override now(): number {
    return super.now() + this.shiftMs;
  }
  set(...date: [year: number, month: number, day: number, hours?: number]): void {
    const [year, month, day, hours = 0] = date;
    this.shiftMs += new Date(year, month - 1, day, hours).getTime() - this.now();
  }
}

function record(inputTokens: number, outputTokens = 0): RequestRecord {
  const attempts = [{ backend: "cloud", startedAt: 0, durationMs: 1, outcome: "committed", inCloud: true } as const];
  const facts = {
    id: "1",
    app: "curl",
    dialect: "openai",
    operation: "chat",
    model: "m",
    stream: false,
    outcome: "ok",
  } as const;
  return { ...facts, startedAt: 0, durationMs: 1, status: 200, attempts, usage: { inputTokens, outputTokens } };
}

async function scene(body: (world: World) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meter-test-" });
  try {
    await body(new World(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

class World {
  readonly clock = new WallClock();
  readonly warnings: string[] = [];
  readonly path: string;
  limits: Config["limits"] = { monthlyCloudTokens: 1_000, atCap: "stop-cloud" };
  count: CloudCount | undefined;
  changes = 0;

  constructor(readonly folder: string) {
    this.path = `${folder}/cloud_tokens.json`;
    this.clock.set(2026, 11, 12);
  }

  async start(): Promise<CloudMeter> {
    const { path, clock } = this;
    const log = { ...silentLog, warn: (message: string) => this.warnings.push(message) };
    const meter = new CloudMeter({
      path,
      clock,
      log,
      limits: () => this.limits,
      onChange: (count) => {
        this.count = count;
        this.changes++;
      },
    });
    await meter.restore();
    return meter;
  }

  set(meter: CloudMeter, monthlyCloudTokens: number | null): void {
    const previous = this.limits;
    this.limits = { ...previous, monthlyCloudTokens };
    meter.limitsChanged(this.limits, previous);
  }

  async kept(): Promise<Record<string, { tokens: number }>> {
    return JSON.parse(await Deno.readTextFile(this.path)).months;
  }

  async names(): Promise<string[]> {
    return (await Array.fromAsync(Deno.readDir(this.folder))).map(({ name }) => name).sort();
  }
}

Deno.test("CloudMeter counts, and a restart goes on with the count", () =>
  scene(async (world) => {
    {
      await using meter = await world.start();
      assertEquals(world.count?.since, world.clock.now(), "nothing is known of the days before");
      meter.record(record(30, 12));
      meter.record(record(8));
      assertEquals([world.count?.month, world.count?.tokens], ["2026-11", 50]);
    }
    assertEquals((await Deno.stat(world.path)).mode! & 0o777, 0o600);
    await using meter = await world.start();
    meter.record(record(1));
    assertEquals(world.count?.tokens, 51);
    assertEquals(world.clock.pending > 0, true);
  }));

Deno.test("CloudMeter begins each month anew, when its time comes and when it is asked", () =>
  scene(async (world) => {
    await using meter = await world.start();
    world.clock.set(2026, 11, 30, 23);
    meter.record(record(1_000));
    await world.clock.advance(3_600_000 - 1);
    assertEquals([world.count?.month, world.count?.tokens], ["2026-11", 1_000]);
    await world.clock.advance(1);
    assertEquals(world.count, {
      month: "2026-12",
      endsAt: new Date(2027, 0, 1).getTime(),
      tokens: 0,
      estimated: 0,
      since: null,
      toldBefore: 0,
    });
    meter.record(record(7));
    assertEquals(world.count?.tokens, 7);
    world.clock.set(2027, 1, 2);
    meter.look();
    assertEquals([world.count?.month, world.count?.tokens], ["2027-01", 0], "the machine slept over the turn");
  }));

Deno.test("CloudMeter goes on with a month's count when the clock is set back to it, or forth and back", () =>
  scene(async (world) => {
    await using meter = await world.start();
    meter.record(record(600));
    world.clock.set(2099, 1, 1);
    meter.look();
    assertEquals(world.count?.tokens, 0);
    meter.record(record(5));
    world.clock.set(2026, 11, 3);
    meter.look();
    assertEquals([world.count?.month, world.count?.tokens], ["2026-11", 600]);
    world.clock.set(2026, 10, 31);
    meter.look();
    assertEquals([world.count?.month, world.count?.tokens], ["2026-10", 0]);
    world.clock.set(2026, 11, 1);
    meter.record(record(1));
    assertEquals(world.count?.tokens, 601);
  }));

Deno.test("CloudMeter writes at most every two seconds, and a crash loses what came since", () =>
  scene(async (world) => {
    await using meter = await world.start();
    meter.record(record(1));
    await world.clock.advance(0);
    for (let i = 0; i < 100; i++) meter.record(record(1));
    await world.clock.advance(1_999);
    const early = await world.kept().catch(() => undefined);
    assertEquals([1, undefined].includes(early?.["2026-11"].tokens), true);
    await world.clock.advance(1);
    await meter[Symbol.asyncDispose]();
    assertEquals((await world.kept())["2026-11"].tokens, 101);
  }));

Deno.test("CloudMeter keeps nothing while there is no cap, and counts all the same", () =>
  scene(async (world) => {
    world.limits = { monthlyCloudTokens: null, atCap: "warn" };
    {
      await using meter = await world.start();
      meter.record(record(40));
      assertEquals([world.count?.tokens, world.clock.pending], [40, 0]);
    }
    assertEquals(await world.names(), []);
    await using meter = await world.start();
    meter.record(record(3));
    world.set(meter, 100);
    await settle();
    await meter[Symbol.asyncDispose]();
    assertEquals((await world.kept())["2026-11"].tokens, 3);
    world.set(meter, null);
    await meter[Symbol.asyncDispose]();
    assertEquals(await world.names(), []);
  }));

Deno.test("CloudMeter adds what was kept when a cap is set while it runs", () =>
  scene(async (world) => {
    {
      await using meter = await world.start();
      meter.record(record(500));
    }
    world.limits = { monthlyCloudTokens: null, atCap: "warn" };
    await using meter = await world.start();
    meter.record(record(20));
    world.set(meter, 1_000);
    await meter[Symbol.asyncDispose]();
    assertEquals([world.count?.tokens, (await world.kept())["2026-11"].tokens], [520, 520]);
    assertEquals(world.count?.since, world.clock.now(), "what was used without a cap is not known");
  }));

Deno.test("CloudMeter keeps a broken file aside, says so, and counts from then on", () =>
  scene(async (world) => {
    for (
      const text of [
        "",
        "{}",
        "[]",
        '{"months":{"2026-11":{"tokens":-1,"estimated":0,"since":null}}}',
        '{"months":{"x":7}}',
      ]
    ) {
      await Deno.writeTextFile(world.path, text);
      world.warnings.length = 0;
      await using meter = await world.start();
      assertEquals(world.warnings.length, 1, text);
      assertStringIncludes(world.warnings[0], "kept aside");
      assertEquals(await Deno.readTextFile(`${world.path}.broken`), text);
      meter.record(record(9));
      assertEquals([world.count?.tokens, world.count?.since], [9, world.clock.now()]);
    }
    assertEquals(await world.names(), ["cloud_tokens.json", "cloud_tokens.json.broken"]);
  }));

Deno.test("CloudMeter says once that it cannot write", () =>
  scene(async (world) => {
    await using meter = await world.start();
    await Deno.mkdir(world.path);
    for (let i = 0; i < 3; i++) {
      meter.record(record(1));
      await world.clock.advance(2_000);
    }
    await meter[Symbol.asyncDispose]();
    assertEquals(world.warnings, ["The count of cloud tokens will not survive a restart"]);
  }));

Deno.test("CloudMeter takes what it finds for told before, until the cap is raised", () =>
  scene(async (world) => {
    {
      await using meter = await world.start();
      meter.record(record(1_000));
      assertEquals(world.count?.toldBefore, 0);
    }
    await using meter = await world.start();
    assertEquals(world.count?.toldBefore, 100);
    world.set(meter, 5_000);
    assertEquals(world.count?.toldBefore, 0);
    meter.record(record(3_500));
    assertEquals(world.count?.toldBefore, 0);
  }));

Deno.test("CloudMeter tells of a count only when there is news", () =>
  scene(async (world) => {
    await using meter = await world.start();
    const before = world.changes;
    meter.look();
    meter.record(record(0));
    assertEquals(world.changes, before);
  }));
