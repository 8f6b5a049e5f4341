import { guarded, type OnError } from "./guarded.ts";
import { createPixbuf, fittingIcon } from "./pixbuf.ts";
import type { Icon, Shown } from "./protocol.ts";
import { cString, type Gtk } from "./symbols.ts";
import { TrayMenu } from "./tray_menu.ts";

type Pointer = Deno.PointerValue;

export interface TrayIconOptions {
  onEmbedded: (isEmbedded: boolean) => void;
  onActivate: () => void;
  onClick: (key: string) => void;
  onError: OnError;
}

/** GdkGravity */
const gravity = { northWest: 1, southWest: 7 } as const;

/**
 * A GtkStatusIcon with its menu. GTK docks it wherever a tray appears (freedesktop.org System Tray Protocol), and anew
 * when that one is replaced.
 */
export class TrayIcon {
  readonly #gtk: Gtk;
  readonly #options: TrayIconOptions;
  readonly #menu: TrayMenu;
  readonly #icon: Pointer;
  #pixmaps: readonly Icon[] = [];
  #isEmbedded = false;
  /** GTK calls them for as long as the icon lives. */
  readonly #callbacks: Deno.UnsafeCallback[] = [];

  constructor(gtk: Gtk, options: TrayIconOptions) {
    this.#gtk = gtk;
    this.#options = options;
    this.#menu = new TrayMenu(gtk, options);
    this.#icon = gtk.gtk_status_icon_new();
    gtk.gtk_status_icon_set_name(this.#icon, cString("cloudtolocalllm"));
    this.#listen();
  }

  show({ title, tooltip, icon, menu }: Shown): void {
    const gtk = this.#gtk;
    gtk.gtk_status_icon_set_title(this.#icon, cString(title));
    gtk.gtk_status_icon_set_tooltip_text(this.#icon, cString(tooltip));
    if (icon) {
      this.#pixmaps = icon;
      this.#draw(gtk.gtk_status_icon_get_size(this.#icon));
    }
    this.#menu.update(menu);
  }

  #draw(size: number): void {
    const pixmap = fittingIcon(this.#pixmaps, size);
    if (!pixmap) return;
    const pixbuf = createPixbuf(this.#gtk, pixmap);
    this.#gtk.gtk_status_icon_set_from_pixbuf(this.#icon, pixbuf);
    this.#gtk.g_object_unref(pixbuf);
  }

  #listen(): void {
    const { onActivate } = this.#options;
    const plain = { parameters: ["pointer", "pointer"], result: "void" } as const;
    this.#connect("activate", plain, () => onActivate(), undefined);
    const popup = { parameters: ["pointer", "u32", "u32", "pointer"], result: "void" } as const;
    this.#connect("popup-menu", popup, () => this.#popUp(), undefined);
    const notify = { parameters: ["pointer", "pointer", "pointer"], result: "void" } as const;
    this.#connect("notify::embedded", notify, () => this.#tellEmbedded(), undefined);
    const resize = { parameters: ["pointer", "i32", "pointer"], result: "i32" } as const;
    this.#connect("size-changed", resize, (_icon, size) => (this.#draw(size), 1), 0);
  }

  #connect<const D extends Deno.UnsafeCallbackDefinition>(
    signal: string,
    definition: D,
    handle: Deno.UnsafeCallbackFunction<D["parameters"], D["result"]>,
    otherwise: ReturnType<typeof handle>,
  ): void {
    // deno-lint-ignore no-explicit-any
    const handler = guarded(handle as any, otherwise as any, this.#options.onError) as typeof handle;
    const callback = new Deno.UnsafeCallback(definition, handler);
    this.#callbacks.push(callback as unknown as Deno.UnsafeCallback);
    this.#gtk.g_signal_connect_data(this.#icon, cString(signal), callback.pointer, null, null, 0);
  }

  #tellEmbedded(): void {
    const isEmbedded = this.#gtk.gtk_status_icon_is_embedded(this.#icon) !== 0;
    if (isEmbedded === this.#isEmbedded) return;
    this.#isEmbedded = isEmbedded;
    this.#options.onEmbedded(isEmbedded);
  }

  /** Below the icon, or above where there is no room; at the pointer when the icon's place is not known. */
  #popUp(): void {
    const gtk = this.#gtk;
    const menu = this.#menu.widget;
    if (!menu) return;
    const screen = new BigUint64Array(1);
    const area = new Int32Array(4);
    const isKnown = gtk.gtk_status_icon_get_geometry(this.#icon, bytesOf(screen), bytesOf(area), null) !== 0;
    if (!isKnown) return gtk.gtk_menu_popup_at_pointer(menu, null);
    const root = gtk.gdk_screen_get_root_window(Deno.UnsafePointer.create(screen[0]));
    gtk.gtk_menu_popup_at_rect(menu, root, bytesOf(area), gravity.southWest, gravity.northWest, null);
  }
}

function bytesOf(values: BigUint64Array<ArrayBuffer> | Int32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer);
}
