import { guarded, type OnError } from "./guarded.ts";
import { cString, type Gtk } from "./symbols.ts";

type Pointer = Deno.PointerValue;

export interface ClipboardOptions {
  /** Another program owns the clipboard now. */
  onLost: () => void;
  onError: OnError;
}

/**
 * Owns the clipboard with a text, for as long as this process lives and no other program copies anything: on X11 the
 * text is fetched from its owner at each paste. A clipboard manager, where one runs, is given it when GTK's loop ends.
 */
export class Clipboard {
  readonly #gtk: Gtk;
  readonly #clipboard: Pointer;
  /** A GtkTargetEntry array of every form of text that GTK can give. */
  readonly #targets: Pointer;
  readonly #targetCount: number;
  #text = cString("");
  /** GTK tells the loss of our own last text as well. */
  #isCopying = false;
  readonly #onGet;
  readonly #onClear;

  constructor(gtk: Gtk, { onLost, onError }: ClipboardOptions) {
    this.#gtk = gtk;
    this.#clipboard = gtk.gtk_clipboard_get(gtk.gdk_atom_intern(cString("CLIPBOARD"), 0));
    const list = gtk.gtk_target_list_new(null, 0);
    gtk.gtk_target_list_add_text_targets(list, 0);
    const count = new Uint32Array(1);
    this.#targets = gtk.gtk_target_table_new_from_list(list, new Uint8Array(count.buffer));
    this.#targetCount = count[0];
    this.#onGet = new Deno.UnsafeCallback(
      { parameters: ["pointer", "pointer", "u32", "pointer"], result: "void" } as const,
      guarded((_: Pointer, selection: Pointer) => this.#give(selection), undefined, onError),
    );
    this.#onClear = new Deno.UnsafeCallback(
      { parameters: ["pointer", "pointer"], result: "void" } as const,
      guarded(() => this.#isCopying ? undefined : onLost(), undefined, onError),
    );
  }

  /** Whether the clipboard is ours, with this text. */
  copy(text: string): boolean {
    const gtk = this.#gtk;
    const [get, clear] = [this.#onGet.pointer, this.#onClear.pointer];
    this.#isCopying = true;
    const isOurs = gtk.gtk_clipboard_set_with_data(this.#clipboard, this.#targets, this.#targetCount, get, clear, null);
    this.#isCopying = false;
    this.#text = cString(text);
    gtk.gtk_clipboard_set_can_store(this.#clipboard, null, 0);
    return isOurs !== 0;
  }

  #give(selection: Pointer): void {
    this.#gtk.gtk_selection_data_set_text(selection, this.#text, this.#text.length - 1);
  }
}
