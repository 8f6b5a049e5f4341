import { writeAtomic } from "../config/atomic_file.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { readBootId } from "../service/crash/boot_id.ts";
import { type Crash, crashesInLastDay, withCrashes } from "../service/crash/crash.ts";
import { crashFile, readCrashes } from "../service/crash/crash_report.ts";
import { openLeftMarks } from "../service/crash/left_marks.ts";
import { RunMarker } from "../service/crash/run_marker.ts";
import type { DaemonOptions, Ground } from "./ground.ts";
import { endAtUncaughtErrors } from "./uncaught_errors.ts";

/** How exactly the time of a crash is known, in ms. */
const beatMs = 300_000;

/**
 * Tells of runs that ended without stopping, and leaves a mark by which the next start can tell of this one. What goes
 * wrong here is told, and keeps nobody from serving.
 */
export class CrashWatch implements Disposable {
  readonly #options: DaemonOptions;
  readonly #ground: Pick<Ground, "clock" | "log">;
  readonly #cleanup = new DisposableStack();
  #marker: RunMarker | undefined;

  /** From now on errors that nobody catches end the process in order, if `options` say how. */
  constructor(options: DaemonOptions, ground: Pick<Ground, "clock" | "log" | "redaction">) {
    this.#options = options;
    this.#ground = ground;
    const { log, redaction: { redact } } = ground;
    const { endProcess: end } = options;
    const note = (error: string) => this.#marker?.note(error);
    if (end) this.#cleanup.use(endAtUncaughtErrors({ log, redact, note, end }));
  }

  /** Once it is sure that this daemon will run. */
  async leaveMark(): Promise<void> {
    const { paths: { stateDir }, version, pid = Deno.pid } = this.#options;
    const { clock, log } = this.#ground;
    try {
      const bootId = await readBootId();
      await tellOfLeft(stateDir, { bootId, now: clock.now(), log });
      const startedAt = new Date(clock.now()).toISOString();
      this.#marker = this.#cleanup.use(RunMarker.leave(stateDir, { pid, version, startedAt, bootId, error: null }));
      this.#beatLater(this.#marker);
    } catch (error) {
      log.warn("A crash of this run could not be told of at the next start", { reason: messageOf(error) });
    }
  }

  #beatLater(marker: RunMarker): void {
    const { clock } = this.#ground;
    let cancel = () => {};
    const beatLater = () => {
      cancel = clock.after(beatMs, () => {
        marker.beat(clock.now());
        beatLater();
      });
    };
    beatLater();
    this.#cleanup.defer(() => cancel());
  }

  [Symbol.dispose](): void {
    this.#cleanup.dispose();
  }
}

async function tellOfLeft(
  stateDir: string,
  { bootId, now, log }: { bootId: string | null; now: number; log: Log },
): Promise<void> {
  const left = openLeftMarks(stateDir, bootId);
  try {
    if (left.length === 0) return;
    const crashes = withCrashes(await readCrashes({ stateDir }), left.map(({ crash }) => crash), now);
    for (const { crash } of left) tell(crash, crashesInLastDay(crashes, now), log);
    const text = JSON.stringify({ version: 1, crashes }, null, 2);
    await writeAtomic(crashFile({ stateDir }), `${text}\n`, { followLink: false });
    left.forEach((mark) => mark.remove());
  } finally {
    left.forEach((mark) => mark[Symbol.dispose]());
  }
}

function tell(crash: Crash, inLastDay: number, log: Log): void {
  const { pid, version, startedAt, lastAliveAt, error } = crash;
  const fields = { pid, version, startedAt, lastAliveAt, ...error !== null && { error } };
  if (crash.isWithMachine) log.warn("The machine went down without stopping the daemon", fields);
  else log.warn("The last run of the daemon ended without stopping", { ...fields, crashesInLastDay: inLastDay });
}
