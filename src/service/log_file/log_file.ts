import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { appendLine, type LogLimits } from "./append_line.ts";

/** How the file fares: `missing` is the number of lines that could not be written before. */
export type LogFileSeen =
  | { state: "off" }
  | { state: "running"; missing: number }
  | { state: "failed"; reason: string };

export interface LogFileOptions {
  path: string;
  clock: Pick<Clock, "monotonic">;
}

/** After a failure lines are left out for so long, in ms, before the file is tried again. */
const retryMs = 10_000;
/** Lines that are kept until it is known whether they are wanted. */
const maxWaiting = 1_000;

type Target =
  | { kind: "waiting"; lines: string[] }
  | { kind: "off" }
  | { kind: "file"; limits: LogLimits };

/**
 * The log as a file. Lines that come before {@linkcode LogFile.configure} wait for it. Each is written at once, so that a
 * killed daemon has said all it had to say. A file that cannot be written costs lines, never the daemon.
 */
export class LogFile {
  readonly path: string;
  readonly #clock: LogFileOptions["clock"];
  #target: Target = { kind: "waiting", lines: [] };
  #trouble: { retryAt: number; missing: number } | undefined;
  #tell: (seen: LogFileSeen) => void = () => {};

  constructor({ path, clock }: LogFileOptions) {
    this.path = path;
    this.#clock = clock;
  }

  /** `tell` hears of each change from now on, at first how it fares now. It may write lines. */
  onChange(tell: (seen: LogFileSeen) => void): void {
    this.#tell = tell;
    if (this.#target.kind === "file" && !this.#trouble) tell({ state: "running", missing: 0 });
    else if (this.#target.kind === "off") tell({ state: "off" });
  }

  /** From the start on, and whenever the configuration changes. */
  configure({ enabled, ...limits }: LogLimits & { enabled: boolean }): void {
    const before = this.#target;
    this.#target = enabled ? { kind: "file", limits } : { kind: "off" };
    if (before.kind === this.#target.kind) return;
    this.#trouble = undefined;
    this.#tell(enabled ? { state: "running", missing: 0 } : { state: "off" });
    if (before.kind === "waiting") before.lines.forEach((line) => this.write(line));
  }

  /** A finished line, its end included. Never throws. */
  write(line: string): void {
    const target = this.#target;
    if (target.kind === "off") return;
    if (target.kind === "file") return this.#append(line, target.limits);
    if (target.lines.push(line) > maxWaiting) target.lines.shift();
  }

  #append(line: string, limits: LogLimits): void {
    const trouble = this.#trouble;
    if (trouble && this.#clock.monotonic() < trouble.retryAt) return void trouble.missing++;
    try {
      appendLine(this.path, line, { ...limits, mayBeTorn: trouble !== undefined });
    } catch (error) {
      return this.#failed(error);
    }
    this.#trouble = undefined;
    if (trouble) this.#tell({ state: "running", missing: trouble.missing });
  }

  #failed(error: unknown): void {
    const before = this.#trouble;
    this.#trouble = { retryAt: this.#clock.monotonic() + retryMs, missing: (before?.missing ?? 0) + 1 };
    // Told once: the line that tells of it is left out as well.
    if (!before) this.#tell({ state: "failed", reason: messageOf(error) });
  }
}
