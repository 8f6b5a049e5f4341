import { guarded, type OnError } from "./guarded.ts";
import type { MenuItem } from "./protocol.ts";
import { cString, type Gtk } from "./symbols.ts";

type Pointer = Deno.PointerValue;

export interface TrayMenuOptions {
  onClick: (key: string) => void;
  onError: OnError;
}

/** An entry as it stands in the menu. */
interface Row {
  item: MenuItem;
  widget: Pointer;
}

/**
 * The icon's GtkMenu. Entries that are the same with other words are changed in place, also while the menu is open;
 * another menu takes the place of an open one as soon as the user has closed it.
 */
export class TrayMenu {
  readonly #gtk: Gtk;
  readonly #options: TrayMenuOptions;
  #menu: Pointer = null;
  #shape = "";
  /** Parents before their children. */
  #rows: Row[] = [];
  /** By the number that GTK tells us with a click. Numbers are not used again: a late click hits nothing. */
  readonly #clickable = new Map<bigint, Row>();
  #lastNumber = 0n;
  #waiting: readonly MenuItem[] | undefined;
  /** Setting a check mark looks like a click to GTK. */
  #isSetting = false;
  readonly #onActivate;
  readonly #onHide;
  readonly #onIdle;

  constructor(gtk: Gtk, options: TrayMenuOptions) {
    this.#gtk = gtk;
    this.#options = options;
    const { onError } = options;
    const handler = { parameters: ["pointer", "pointer"], result: "void" } as const;
    this.#onActivate = new Deno.UnsafeCallback(
      handler,
      guarded((_: Pointer, data: Pointer) => this.#activated(Deno.UnsafePointer.value(data)), undefined, onError),
    );
    // Not yet: GTK hides the menu before it tells which entry was clicked.
    this.#onHide = new Deno.UnsafeCallback(handler, () => void gtk.g_idle_add(this.#onIdle.pointer, null));
    this.#onIdle = new Deno.UnsafeCallback(
      { parameters: ["pointer"], result: "i32" } as const,
      guarded(() => (this.#applyWaiting(), 0), 0, onError),
    );
  }

  get isOpen(): boolean {
    return this.#menu !== null && this.#gtk.gtk_widget_get_visible(this.#menu) !== 0;
  }

  /** The GtkMenu; `null` before the first {@linkcode update}. Another after the next one. */
  get widget(): Pointer {
    return this.#menu;
  }

  update(items: readonly MenuItem[]): void {
    this.#waiting = undefined;
    if (shapeOf(items) === this.#shape) this.#change(flatten(items));
    else if (this.isOpen) this.#waiting = items;
    else this.#build(items);
  }

  #applyWaiting(): void {
    if (this.#waiting && !this.isOpen) this.update(this.#waiting);
  }

  #change(items: readonly MenuItem[]): void {
    this.#rows.forEach((row, index) => {
      const before = row.item;
      row.item = items[index];
      this.#apply(row, before);
    });
  }

  #build(items: readonly MenuItem[]): void {
    const gtk = this.#gtk;
    this.#destroy();
    // Nothing else holds it: without a reference of ours it would never be freed.
    this.#menu = gtk.g_object_ref_sink(this.#createMenu(items));
    this.#shape = shapeOf(items);
    gtk.g_signal_connect_data(this.#menu, cString("hide"), this.#onHide.pointer, null, null, 0);
  }

  #destroy(): void {
    this.#rows = [];
    this.#clickable.clear();
    if (!this.#menu) return;
    this.#gtk.gtk_widget_destroy(this.#menu);
    this.#gtk.g_object_unref(this.#menu);
  }

  #createMenu(items: readonly MenuItem[]): Pointer {
    const gtk = this.#gtk;
    const menu = gtk.gtk_menu_new();
    for (const item of items) {
      const row = { item, widget: this.#createWidget(item) };
      this.#rows.push(row);
      this.#apply(row);
      this.#listen(row);
      if (item.kind === "submenu") gtk.gtk_menu_item_set_submenu(row.widget, this.#createMenu(item.items));
      gtk.gtk_menu_shell_append(menu, row.widget);
      gtk.gtk_widget_show(row.widget);
    }
    return menu;
  }

  #createWidget(item: MenuItem): Pointer {
    const gtk = this.#gtk;
    if (item.kind === "separator") return gtk.gtk_separator_menu_item_new();
    if (item.kind !== "check" && item.kind !== "radio") return gtk.gtk_menu_item_new_with_label(cString(item.label));
    const widget = gtk.gtk_check_menu_item_new_with_label(cString(item.label));
    gtk.gtk_check_menu_item_set_draw_as_radio(widget, Number(item.kind === "radio"));
    return widget;
  }

  #listen(row: Row): void {
    if (row.item.kind === "separator" || row.item.kind === "submenu") return;
    const number = ++this.#lastNumber;
    this.#clickable.set(number, row);
    const data = Deno.UnsafePointer.create(number);
    this.#gtk.g_signal_connect_data(row.widget, cString("activate"), this.#onActivate.pointer, data, null, 0);
  }

  #apply({ item, widget }: Row, before?: MenuItem): void {
    if (item.kind === "separator") return;
    const gtk = this.#gtk;
    if (before && "label" in before && before.label !== item.label) {
      gtk.gtk_menu_item_set_label(widget, cString(item.label));
    }
    if (!before || isEnabled(before) !== isEnabled(item)) {
      gtk.gtk_widget_set_sensitive(widget, Number(isEnabled(item)));
    }
    if ("checked" in item) this.#setChecked(widget, item.checked);
  }

  #setChecked(widget: Pointer, isChecked: boolean): void {
    const wasSetting = this.#isSetting;
    this.#isSetting = true;
    this.#gtk.gtk_check_menu_item_set_active(widget, Number(isChecked));
    this.#isSetting = wasSetting;
  }

  #activated(number: bigint): void {
    const row = this.#isSetting ? undefined : this.#clickable.get(number);
    if (!row) return;
    // GTK has turned the mark over; whether it is so is not for the menu to say.
    if ("checked" in row.item) this.#setChecked(row.widget, row.item.checked);
    this.#options.onClick(row.item.key);
  }
}

/** Only these are worth a menu anew: which entries there are, and of which kind. */
function shapeOf(items: readonly MenuItem[]): string {
  return JSON.stringify(items, (name, value) => name === "" || /^(\d+|kind|key|items)$/.test(name) ? value : undefined);
}

function flatten(items: readonly MenuItem[]): MenuItem[] {
  return items.flatMap((item) => item.kind === "submenu" ? [item, ...flatten(item.items)] : [item]);
}

function isEnabled(item: MenuItem): boolean {
  if (item.kind === "separator") return false;
  return item.enabled && (item.kind !== "item" || item.action !== undefined);
}
