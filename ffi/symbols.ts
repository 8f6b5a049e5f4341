const gpointer = "pointer";
const gchararray = "buffer";
const gboolean = "i32";

/**
 * What we call of GTK 3 and of what it is built on: `dlsym` finds the symbols of a library's dependencies as well.
 * None is `nonblocking`: GTK lives on one thread.
 */
const symbols = {
  gdk_set_allowed_backends: { parameters: [gchararray], result: "void" },
  gtk_init_check: { parameters: [gpointer, gpointer], result: gboolean },
  gtk_main: { parameters: [], result: "void" },
  gtk_main_quit: { parameters: [], result: "void" },
  g_unix_fd_add_full: { parameters: ["i32", "i32", "u32", "function", gpointer, gpointer], result: "u32" },
  g_idle_add: { parameters: ["function", gpointer], result: "u32" },
  g_signal_connect_data: {
    parameters: [gpointer, gchararray, "function", gpointer, gpointer, "u32"],
    result: "u64",
  },
  g_object_ref_sink: { parameters: [gpointer], result: gpointer },
  g_object_unref: { parameters: [gpointer], result: "void" },

  g_bytes_new: { parameters: ["buffer", "usize"], result: gpointer },
  g_bytes_unref: { parameters: [gpointer], result: "void" },
  gdk_pixbuf_new_from_bytes: {
    parameters: [gpointer, "i32", gboolean, "i32", "i32", "i32", "i32"],
    result: gpointer,
  },

  gtk_status_icon_new: { parameters: [], result: gpointer },
  gtk_status_icon_set_name: { parameters: [gpointer, gchararray], result: "void" },
  gtk_status_icon_set_title: { parameters: [gpointer, gchararray], result: "void" },
  gtk_status_icon_set_tooltip_text: { parameters: [gpointer, gchararray], result: "void" },
  gtk_status_icon_set_from_pixbuf: { parameters: [gpointer, gpointer], result: "void" },
  gtk_status_icon_get_size: { parameters: [gpointer], result: "i32" },
  gtk_status_icon_is_embedded: { parameters: [gpointer], result: gboolean },
  gtk_status_icon_get_geometry: { parameters: [gpointer, "buffer", "buffer", gpointer], result: gboolean },
  gdk_screen_get_root_window: { parameters: [gpointer], result: gpointer },

  gtk_menu_new: { parameters: [], result: gpointer },
  gtk_menu_popup_at_rect: { parameters: [gpointer, gpointer, "buffer", "i32", "i32", gpointer], result: "void" },
  gtk_menu_popup_at_pointer: { parameters: [gpointer, gpointer], result: "void" },
  gtk_menu_shell_append: { parameters: [gpointer, gpointer], result: "void" },
  gtk_separator_menu_item_new: { parameters: [], result: gpointer },
  gtk_menu_item_new_with_label: { parameters: [gchararray], result: gpointer },
  gtk_menu_item_set_label: { parameters: [gpointer, gchararray], result: "void" },
  gtk_menu_item_set_submenu: { parameters: [gpointer, gpointer], result: "void" },
  gtk_check_menu_item_new_with_label: { parameters: [gchararray], result: gpointer },
  gtk_check_menu_item_set_draw_as_radio: { parameters: [gpointer, gboolean], result: "void" },
  gtk_check_menu_item_set_active: { parameters: [gpointer, gboolean], result: "void" },
  gtk_widget_set_sensitive: { parameters: [gpointer, gboolean], result: "void" },
  gtk_widget_get_visible: { parameters: [gpointer], result: gboolean },
  gtk_widget_show: { parameters: [gpointer], result: "void" },
  gtk_widget_destroy: { parameters: [gpointer], result: "void" },

  gdk_atom_intern: { parameters: [gchararray, gboolean], result: gpointer },
  gtk_clipboard_get: { parameters: [gpointer], result: gpointer },
  gtk_clipboard_set_with_data: {
    parameters: [gpointer, gpointer, "u32", "function", "function", gpointer],
    result: gboolean,
  },
  gtk_clipboard_set_can_store: { parameters: [gpointer, gpointer, "i32"], result: "void" },
  gtk_selection_data_set_text: { parameters: [gpointer, gchararray, "i32"], result: gboolean },
  gtk_target_list_new: { parameters: [gpointer, "u32"], result: gpointer },
  gtk_target_list_add_text_targets: { parameters: [gpointer, "u32"], result: "void" },
  gtk_target_table_new_from_list: { parameters: [gpointer, "buffer"], result: gpointer },
} as const satisfies Deno.ForeignLibraryInterface;

export type Gtk = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** Where distributions have it: the soname, found by the dynamic linker. */
export const gtkLibrary = "libgtk-3.so.0";

/** Loads GTK for as long as the process lives. Throws when the library or one of its symbols (before 3.22) is missing. */
export function openGtk(library: string): Gtk {
  return Deno.dlopen(library, symbols).symbols;
}

/** What C takes as a string: a character 0 would end it early, so there is none. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text.replaceAll("\0", "") + "\0");
}
