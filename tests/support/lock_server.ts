import { inTime } from "./in_time.ts";

/**
 * Sees a program hold and release something: its {@linkcode command} connects to this, waits until its standard input
 * ends, and ends, which ends the connection. In the place of systemd-inhibit.
 */
export class LockServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #accepting = this.#listener.accept();
  #held: Deno.Conn | undefined;
  readonly command: readonly [string, ...string[]] = [
    "bash",
    "-c",
    'exec 3<>"/dev/tcp/127.0.0.1/$0"; cat',
    String(this.#listener.addr.port),
  ];

  constructor() {
    this.#accepting.catch(() => {});
  }

  /** Resolves when the program has started. */
  async taken(): Promise<void> {
    this.#held = await inTime("the lock is taken", this.#accepting);
    this.#accepting = this.#listener.accept();
    this.#accepting.catch(() => {});
  }

  /** Resolves when it has ended. */
  async released(): Promise<void> {
    const end = await inTime("the lock is released", this.#held!.read(new Uint8Array(1)));
    if (end !== null) throw new Error("The program wrote to the connection");
    this.#held!.close();
    this.#held = undefined;
  }

  [Symbol.dispose](): void {
    this.#held?.close();
    this.#listener.close();
  }
}
