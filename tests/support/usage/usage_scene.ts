import { DatabaseSync } from "node:sqlite";
import type { RequestRecord } from "../../../src/broker/request_record.ts";
import { silentLog } from "../../../src/core/log.ts";
import { UsageRecord } from "../../../src/usage/usage_record.ts";
import { FakeClock } from "../fake_clock.ts";

/** Its wall clock can be set, as people and time servers do. */
export class SettableClock extends FakeClock {
  #offsetMs = 0;

  override now(): number {
    return super.now() + this.#offsetMs;
  }

  set(byMs: number): void {
    this.#offsetMs += byMs;
  }
}

/** A finished request that the cloud answered after the local backend had refused. */
export function recordOf(more: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: "1",
    app: "test",
    dialect: "ollama",
    operation: "chat",
    model: "llama3.2",
    stream: true,
    startedAt: 1_700_000_000_000,
    durationMs: 900,
    firstByteMs: 40,
    attempts: [
      { backend: "local", startedAt: 0, durationMs: 1, outcome: "failed", reason: "connect_refused" },
      { backend: "cloud", startedAt: 0, durationMs: 1, outcome: "committed" },
    ],
    backend: "cloud",
    location: "cloud",
    outcome: "ok",
    status: 200,
    usage: { inputTokens: 5, outputTokens: 7 },
    ...more,
  };
}

/** Records of use on one file; each `start()` is a daemon of its own. */
export class UsageScene implements AsyncDisposable {
  readonly clock = new SettableClock();
  readonly warnings: string[] = [];
  readonly options = { record: true, keepDays: 90 };
  readonly folder: string;
  readonly path: string;
  readonly #stack = new AsyncDisposableStack();

  constructor(folder: string = Deno.makeTempDirSync({ prefix: "usage-test-" })) {
    this.folder = folder;
    this.path = `${folder}/state/usage.db`;
  }

  start(): UsageRecord {
    const told = (words: string) => void this.warnings.push(words);
    const log = { ...silentLog, warn: told, error: told };
    return this.#stack.use(new UsageRecord({ path: this.path, config: () => this.options, clock: this.clock, log }));
  }

  /** From the beginning to an hour after now. */
  get all(): { since: number; until: number } {
    return { since: this.clock.now() - 365 * 86_400_000, until: this.clock.now() + 3_600_000 };
  }

  /** What stands in the file, whoever has it open. */
  rows(query = "SELECT * FROM requests"): Record<string, unknown>[] {
    using db = new DatabaseSync(this.path, { readOnly: true });
    return db.prepare(query).all();
  }

  get exists(): boolean {
    try {
      return Deno.statSync(this.path).isFile;
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    await Deno.remove(this.folder, { recursive: true });
    if (this.clock.pending > 0) throw new Error("a timer was left behind");
  }
}
