import { systemClock } from "../../../src/core/clock.ts";
import { silentLog } from "../../../src/core/log.ts";
import { UsageRecord } from "../../../src/usage/usage_record.ts";
import { recordOf } from "../../support/usage/usage_scene.ts";

/**
 * A process that records thousands of requests a second and tells, on standard output, the number and the time of what it has
 * recorded: `17 1700000000000`. Its request number is the model's name.
 */
const [path, name] = Deno.args;
const config = () => ({ record: true, keepDays: 90 });
const usage = new UsageRecord({ path, config, clock: systemClock, log: silentLog });
const encoder = new TextEncoder();
for (let count = 0;;) {
  for (const end = count + 20; count < end; count++) {
    usage.record(recordOf({ startedAt: Date.now(), app: name, model: `${count}` }));
  }
  Deno.stdout.writeSync(encoder.encode(`${count - 1} ${Date.now()}\n`));
  await new Promise<void>((resolve) => systemClock.after(10, resolve));
}
