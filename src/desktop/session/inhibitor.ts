import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";

/** How long the program may take to end once it was told to. */
const endWithinMs = 2_000;

export interface InhibitorOptions {
  /** Program and arguments. */
  command: readonly [string, ...string[]];
  env: Record<string, string>;
  clock: Clock;
  log: Log;
  /** Called when it ends without having been released: it holds nothing. */
  onUseless: () => void;
}

/**
 * A program that holds a lock of logind's for as long as its standard input is open. logind gives the lock out as a file
 * descriptor, which our D-Bus cannot carry; and the end of this process, however it comes, closes that input as well.
 */
export class Inhibitor implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #options: InhibitorOptions;
  #isReleased = false;
  readonly #ended: Promise<void>;

  /** Throws when the program cannot be started: it is not installed. */
  constructor(options: InhibitorOptions) {
    const { command: [program, ...args], env } = options;
    this.#options = options;
    this.#child = new Deno.Command(program, { args, env, stdin: "piped", stdout: "null", stderr: "null" }).spawn();
    this.#ended = this.#watch();
  }

  /** Lets the lock go; resolves when the program has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isReleased) return await this.#ended;
    this.#isReleased = true;
    // It may have ended by itself just now.
    await this.#child.stdin.close().catch(() => {});
    const cancel = this.#options.clock.after(endWithinMs, () => this.#kill());
    await this.#ended;
    cancel();
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended just now.
    }
  }

  async #watch(): Promise<void> {
    const { code } = await this.#child.status;
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#child.stdin.close().catch(() => {});
    const { log, command: [program], onUseless } = this.#options;
    log.debug("The machine's sleep cannot be held up for answers", { program, code });
    onUseless();
  }
}
