import type { FromGtk } from "../../../ffi/protocol.ts";
import type { SelfCommand } from "../../core/self_command.ts";
import { within } from "../../core/within.ts";
import type { DesktopContext } from "../context.ts";
import { GtkProcess } from "../tray/gtk_process.ts";

export interface GtkClipboardOptions {
  context: Pick<DesktopContext, "log" | "clock" | "env" | "childEnv">;
  /** What starts GTK's process. Default: this program, once more. */
  command?: SelfCommand;
}

/** Long enough to paste it, not for ever: it costs a process. */
const keptMs = 10 * 60_000;
const answerMs = 5_000;

/**
 * Copies text to X11's clipboard. A process of GTK owns it until another program copies something, ten minutes have
 * passed, or the daemon ends.
 */
export class GtkClipboard implements AsyncDisposable {
  readonly #options: GtkClipboardOptions;
  readonly #processes = new Set<GtkProcess>();

  constructor(options: GtkClipboardOptions) {
    this.#options = options;
  }

  /** Resolves when it can be pasted; rejects with why it cannot, {@linkcode GtkMissing} among others. */
  async copy(text: string): Promise<void> {
    const { clock } = this.#options.context;
    const copied = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<void>();
    const onMessage = (message: FromGtk) => {
      if ("copied" in message) copied.resolve();
      if ("lost" in message) lost.resolve();
    };
    copied.promise.catch(() => {});
    const process = await GtkProcess.start({ ...this.#options, onMessage });
    this.#keep(process, lost.promise);
    process.ended.then(() => copied.reject(new Error("GTK's process ended before it had copied")));
    try {
      await process.send({ copy: text });
      await within(answerMs, copied.promise, { clock, late: () => new Error("GTK's process did not answer") });
    } catch (error) {
      await process.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process.close()));
  }

  #keep(process: GtkProcess, lost: Promise<void>): void {
    this.#processes.add(process);
    const close = () => void process.close();
    lost.then(close);
    const cancel = this.#options.context.clock.after(keptMs, close);
    process.ended.then(() => {
      cancel();
      this.#processes.delete(process);
    });
  }
}

/** {@linkcode GtkClipboard.copy} for who lives as long as the daemon does. */
export function copyWithGtk(text: string, options: GtkClipboardOptions): Promise<void> {
  return new GtkClipboard(options).copy(text);
}
