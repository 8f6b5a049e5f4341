import * as v from "valibot";

/** The section `desktop`. */
export const Desktop = v.strictObject({
  enabled: v.optional(
    v.pipe(
      v.boolean(),
      v.description("Whether the daemon appears on the desktop at all: tray, notifications, D-Bus, sleep and network."),
    ),
    true,
  ),
  tray: v.optional(v.pipe(v.boolean(), v.description("Whether there is an icon in the tray.")), true),
  icon: v.optional(
    v.pipe(
      v.picklist(["auto", "light", "dark"]),
      v.description("Colour of the tray icon: auto follows the desktop's light or dark style; in GNOME it is light."),
    ),
    "auto",
  ),
  notifications: v.optional(
    v.pipe(
      v.boolean(),
      v.description("Whether anything is told by notifications, results of tests and failed commands included."),
    ),
    true,
  ),
});
