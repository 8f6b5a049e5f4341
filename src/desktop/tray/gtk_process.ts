import { LineReader } from "../../../ffi/line_reader.ts";
import { encodeMessage, exitCodes, type FromGtk, parseMessage, type ToGtk } from "../../../ffi/protocol.ts";
import { Allowance } from "../../core/allowance.ts";
import type { LogFields } from "../../core/log.ts";
import { type SelfCommand, selfCommand } from "../../core/self_command.ts";
import { within } from "../../core/within.ts";
import type { DesktopContext } from "../context.ts";

/** This machine cannot show anything through GTK; trying again does not help. */
export class GtkMissing extends Error {
  override readonly name = "GtkMissing";
}

/** The X server does not let us in: it has not started yet, or has ended and may come back. */
export class DisplayClosed extends Error {
  override readonly name = "DisplayClosed";
}

export interface GtkProcessOptions {
  context: Pick<DesktopContext, "log" | "clock" | "env" | "childEnv">;
  /** What starts it. Default: this program, once more. */
  command?: SelfCommand;
  onMessage: (message: FromGtk) => void;
  /** Ends the start. */
  signal?: AbortSignal;
}

/** Loading GTK takes a busy machine a while. */
const startMs = 30_000;
/** After each of: end of input, SIGTERM. */
const patienceMs = 1_000;
/** A program that it started may hold its output open. */
const restMs = 1_000;
const maxErrorLineBytes = 2_000;
/** Of what it says, for the log. */
const loggedCharacters = 300;
const loggedLines = { count: 20, perMs: 60_000 };

/** The child process that owns GTK (ffi/gtk_process.ts), from its start to its end. */
export class GtkProcess {
  /** Settles when the process is gone and nothing of it is left; never rejects. */
  readonly ended: Promise<void>;
  readonly #options: GtkProcessOptions;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #ready = Promise.withResolvers<void>();
  readonly #allowance: Allowance;
  #hasEnded = false;

  private constructor(options: GtkProcessOptions, child: Deno.ChildProcess) {
    this.#options = options;
    this.#child = child;
    this.#allowance = new Allowance(options.context.clock, loggedLines);
    this.#input = child.stdin.getWriter();
    this.ended = this.#follow();
  }

  /**
   * Resolves when it is ready. Rejects with {@linkcode GtkMissing}, {@linkcode DisplayClosed}, the signal's reason or why
   * it could not be started; then nothing of the process is left.
   */
  static async start(options: GtkProcessOptions): Promise<GtkProcess> {
    const { context, signal, command = selfCommand(["tray-gtk"], { permissions: "gtk" }) } = options;
    signal?.throwIfAborted();
    const display = context.env("DISPLAY");
    if (!display) throw new GtkMissing("There is no X11 display: DISPLAY is not set");
    const child = new Deno.Command(command.program, {
      args: command.args,
      // Without OpenGL, which menus have no use for, GTK loads 8 MB less.
      env: { ...context.childEnv(), DISPLAY: display, GDK_BACKEND: "x11", GDK_GL: "disable" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C and the end of a terminal are for the daemon, which takes the icon away when it is done.
      detached: true,
    }).spawn();
    const started = new GtkProcess(options, child);
    const abort = () => started.#ready.reject(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const late = () => new Error(`GTK's process was not ready within ${startMs / 1_000} s`);
      await within(startMs, started.#ready.promise, { clock: context.clock, late });
      return started;
    } catch (error) {
      // It may not hear the end of its input yet.
      started.#kill("SIGTERM");
      await started.close();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves when the process has taken it, which a process that hangs never does; rejects when it has ended. */
  send(message: ToGtk): Promise<void> {
    return this.#input.write(encodeMessage(message));
  }

  /** Ends the process: politely, then by force. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#input.close().catch(() => {});
    const { clock } = this.#options.context;
    const cancelTerm = clock.after(patienceMs, () => this.#kill("SIGTERM"));
    const cancelKill = clock.after(2 * patienceMs, () => this.#kill("SIGKILL"));
    await this.ended;
    cancelTerm();
    cancelKill();
  }

  async #follow(): Promise<void> {
    const { clock } = this.#options.context;
    const outputs = [this.#child.stdout.getReader(), this.#child.stderr.getReader()];
    const read = Promise.all([
      readLines(outputs[0], {}, (line) => this.#hear(line)),
      readLines(outputs[1], { maxBytes: maxErrorLineBytes }, (line) => this.#logLine(line)),
    ]);
    const status = await this.#child.status;
    this.#hasEnded = true;
    await within(restMs, read, { clock, late: () => undefined }).catch(() => {});
    for (const output of outputs) await output.cancel().catch(() => {});
    await this.#input.abort().catch(() => {});
    this.#ready.promise.catch(() => {});
    this.#ready.reject(endOf(status));
  }

  #hear(line: string | undefined): void {
    const message = line === undefined ? undefined : parseMessage(line);
    const { onMessage } = this.#options;
    if (!message) return this.#log("debug", "GTK's process says what is no message", { said: line?.slice(0, 80) });
    if (message.ready === true) return this.#ready.resolve();
    if (typeof message.error === "string") {
      const error = message.error.slice(0, loggedCharacters);
      return this.#log("warn", "GTK's process could not do something", { error });
    }
    onMessage(message as unknown as FromGtk);
  }

  /** GTK's warnings. */
  #logLine(line: string | undefined): void {
    if (line) this.#log("debug", "GTK's process writes", { line: line.slice(0, loggedCharacters) });
  }

  /** Only so many a minute: GTK can complain of one thing at each frame. */
  #log(level: "debug" | "warn", message: string, fields: LogFields): void {
    if (this.#allowance.take()) this.#options.context.log[level](message, fields);
  }

  #kill(signal: Deno.Signal): void {
    if (!this.#hasEnded) this.#child.kill(signal);
  }
}

function endOf({ code, signal }: Deno.CommandStatus): Error {
  if (code === exitCodes.noLibrary) {
    return new GtkMissing("GTK 3 is not installed (Debian's package is libgtk-3-0, elsewhere it is called gtk3)");
  }
  if (code === exitCodes.noDisplay) return new DisplayClosed("The X11 display cannot be opened");
  return new Error(`GTK's process ended with ${signal ?? code}`);
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

async function readLines(
  output: Reader,
  options: { maxBytes?: number },
  onLine: (line: string | undefined) => void,
): Promise<void> {
  const lines = new LineReader(options);
  for (let read = await output.read(); !read.done; read = await output.read()) {
    lines.read(read.value).forEach(onLine);
  }
}
