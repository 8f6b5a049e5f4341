import { Clipboard } from "./clipboard.ts";
import { guarded } from "./guarded.ts";
import { LineReader } from "./line_reader.ts";
import { encodeMessage, exitCodes, type FromGtk, parseMessage, type Shown } from "./protocol.ts";
import { cString, type Gtk, gtkLibrary, openGtk } from "./symbols.ts";
import { TrayIcon } from "./tray_icon.ts";

const standardInput = 0;
/** GIOCondition: G_IO_IN, G_IO_ERR, G_IO_HUP */
const readable = 1 | 8 | 16;

/**
 * Serves the daemon on standard input and output (protocol.ts) until its input ends, and gives the code to exit with.
 *
 * Wholly synchronous: GTK's loop has the only thread, and watches the input too, so that nothing is polled. Has to be
 * called on the process's first thread, once.
 */
export function runGtkProcess({ library = gtkLibrary }: { library?: string } = {}): number {
  let gtk: Gtk;
  try {
    gtk = openGtk(library);
  } catch (error) {
    return tell({ error: `Cannot load ${library}: ${messageOf(error)}` }), exitCodes.noLibrary;
  }
  // GtkStatusIcon is of X11: under Wayland's backend it would show nothing.
  gtk.gdk_set_allowed_backends(cString("x11"));
  if (gtk.gtk_init_check(null, null) === 0) return exitCodes.noDisplay;
  new GtkProcess(gtk).listen();
  tell({ ready: true });
  gtk.gtk_main();
  return 0;
}

class GtkProcess {
  readonly #gtk: Gtk;
  readonly #lines = new LineReader();
  readonly #buffer = new Uint8Array(64 * 1024);
  #icon: TrayIcon | undefined;
  #clipboard: Clipboard | undefined;
  readonly #onInput;

  constructor(gtk: Gtk) {
    this.#gtk = gtk;
    this.#onInput = new Deno.UnsafeCallback(
      { parameters: ["i32", "u32", "pointer"], result: "i32" } as const,
      guarded(() => Number(this.#read()), 1, onError),
    );
  }

  listen(): void {
    this.#gtk.g_unix_fd_add_full(0, standardInput, readable, this.#onInput.pointer, null, null);
  }

  /** Whether there is more to come. An input that cannot be read has ended. */
  #read(): boolean {
    const length = this.#readInput();
    if (length === null) this.#gtk.gtk_main_quit();
    else for (const line of this.#lines.read(this.#buffer.subarray(0, length))) this.#obey(line);
    return length !== null;
  }

  #readInput(): number | null {
    try {
      return Deno.stdin.readSync(this.#buffer);
    } catch (error) {
      onError(error);
      return null;
    }
  }

  #obey(line: string | undefined): void {
    const message = line === undefined ? undefined : parseMessage(line);
    try {
      if (typeof message?.copy === "string") this.#copy(message.copy);
      else if (message?.show) this.#show(message.show as Shown);
      else tell({ error: `Not a message: ${line === undefined ? "too long" : line.slice(0, 80)}` });
    } catch (error) {
      onError(error);
    }
  }

  #show(shown: Shown): void {
    this.#icon ??= new TrayIcon(this.#gtk, {
      onEmbedded: (embedded) => tell({ embedded }),
      onActivate: () => tell({ activated: true }),
      onClick: (clicked) => tell({ clicked }),
      onError,
    });
    this.#icon.show(shown);
  }

  #copy(text: string): void {
    this.#clipboard ??= new Clipboard(this.#gtk, { onLost: () => tell({ lost: true }), onError });
    tell(this.#clipboard.copy(text) ? { copied: true } : { error: "Cannot own the clipboard" });
  }
}

function onError(error: unknown): void {
  tell({ error: messageOf(error) });
}

/** When nobody listens any more, the end of our input is about to tell us. */
function tell(message: FromGtk): void {
  try {
    let bytes = encodeMessage(message);
    while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  } catch {
    // And there is no other to tell.
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
