export type TrayKind = "sni" | "gtk";

/** What decides where the tray is shown. */
export interface TraySight {
  /** The session's bus has a StatusNotifierWatcher: a panel that takes items. */
  hasWatcher: boolean;
  /** There was time enough for one to appear: panels start late, and start again. */
  isGraceOver: boolean;
  /** There is an X11 display, and nothing yet that says that GTK cannot use it. */
  canGtk: boolean;
  /** Where it is shown now. */
  shown: TrayKind | undefined;
}

/** Where the tray is to be shown; `undefined`: nowhere. */
export function trayChoice({ hasWatcher, isGraceOver, canGtk, shown }: TraySight): TrayKind | undefined {
  if (hasWatcher) return "sni";
  if (isGraceOver && canGtk) return "gtk";
  // A panel that starts again finds the item registered at once; an icon that is there stays until there is a better place.
  return shown;
}
