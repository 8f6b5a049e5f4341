import type { ExportedInterface, ExportedMethod, ExportedProperty, Value } from "../../dbus/types.ts";
import { busText } from "../bus_text.ts";
import { iconPixmaps } from "./icon_pixmaps.ts";
import { withoutMarkup } from "../plain_line.ts";
import type { IconColour, TrayIcon, TrayModel } from "./tray_model_types.ts";

export const itemInterface = "org.kde.StatusNotifierItem";

/** What panels read of the item and may change. */
export interface ItemLook {
  icon: TrayIcon;
  colour: IconColour;
  /** Name of an icon that is installed; empty: panels take the pixmaps. A name wins over them. */
  iconName: string;
  title: string;
  toolTip: string;
  status: "Active" | "NeedsAttention";
}

/** A signal of the item, yet to be emitted. */
export interface ItemSignal {
  member: string;
  signature?: string;
  body?: readonly Value[];
}

export interface ItemOptions {
  /** The same at every start, and not empty: waybar, XFCE and GNOME hide an item without. */
  id: string;
  menuPath: string;
  look: () => ItemLook;
  onActivate: () => void;
  onSecondaryActivate: () => void;
  onActivationToken: (token: string) => void;
}

/** How an icon of a theme is called that shows this state and takes the colour of its panel. */
export function symbolicName(icon: TrayIcon): string {
  return `cloudtolocalllm-${icon}-symbolic`;
}

/** Titles are without markup, too: XFCE puts the title into its tooltip, which is markup. */
export function itemLook(model: TrayModel, namedIcons: ReadonlySet<TrayIcon>): ItemLook {
  const { icon, colour } = model;
  return {
    icon,
    colour,
    iconName: namedIcons.has(icon) ? symbolicName(icon) : "",
    title: withoutMarkup(busText(model.title)),
    toolTip: withoutMarkup(busText(model.tooltip)),
    status: icon === "error" ? "NeedsAttention" : "Active",
  };
}

/** What panels have to be told; the status last, for with it they choose between pictures that they have. */
export function itemSignals(before: ItemLook, after: ItemLook): ItemSignal[] {
  const isOtherIcon = pictureOf(before) !== pictureOf(after);
  const isOtherStatus = before.status !== after.status;
  const signals: ItemSignal[] = [];
  if (before.title !== after.title) signals.push({ member: "NewTitle" });
  if (isOtherIcon) signals.push({ member: "NewIcon" });
  if (isOtherStatus || (isOtherIcon && needsAttention(after))) signals.push({ member: "NewAttentionIcon" });
  if (before.title !== after.title || before.toolTip !== after.toolTip) signals.push({ member: "NewToolTip" });
  if (isOtherStatus) signals.push({ member: "NewStatus", signature: "s", body: [after.status] });
  return signals;
}

function pictureOf({ icon, colour, iconName }: ItemLook): string {
  return `${icon} ${colour} ${iconName}`;
}

function needsAttention({ status }: ItemLook): boolean {
  return status === "NeedsAttention";
}

/** The item as org.kde.StatusNotifierItem offers it. Without overlays: LXQt shows one instead of the icon. */
export function statusNotifierItem(options: ItemOptions): ExportedInterface {
  return {
    name: itemInterface,
    methods: methods(options),
    properties: properties(options),
    signals: {
      NewTitle: [],
      NewIcon: [],
      NewAttentionIcon: [],
      NewOverlayIcon: [],
      NewToolTip: [],
      NewStatus: [["status", "s"]],
      NewIconThemePath: [["icon_theme_path", "s"]],
      NewMenu: [],
    },
  };
}

/** Panels are told by the item's own signals, none by PropertiesChanged. */
function properties({ id, menuPath, look }: ItemOptions): Record<string, ExportedProperty> {
  const property = (signature: string, get: () => Value) => ({ signature, get, emitsChange: false });
  return {
    Id: property("s", () => id),
    Category: property("s", () => "ApplicationStatus"),
    Status: property("s", () => look().status),
    Title: property("s", () => look().title),
    WindowId: property("i", () => 0),
    IconThemePath: property("s", () => ""),
    IconName: property("s", () => look().iconName),
    IconPixmap: property("a(iiay)", () => pixmaps(look())),
    AttentionIconName: property("s", () => needsAttention(look()) ? look().iconName : ""),
    AttentionIconPixmap: property("a(iiay)", () => needsAttention(look()) ? pixmaps(look()) : []),
    AttentionMovieName: property("s", () => ""),
    OverlayIconName: property("s", () => ""),
    OverlayIconPixmap: property("a(iiay)", () => []),
    ToolTip: property("(sa(iiay)ss)", () => ["", [], look().title, look().toolTip]),
    ItemIsMenu: property("b", () => false),
    Menu: property("o", () => menuPath),
  };
}

function pixmaps({ icon, colour }: ItemLook): Value {
  return iconPixmaps(icon, colour).map(({ width, height, argb }) => [width, height, argb]);
}

function methods({ onActivate, onSecondaryActivate, onActivationToken }: ItemOptions): Record<string, ExportedMethod> {
  const method = (names: ExportedMethod["in"], act: (first: Value) => void): ExportedMethod => ({
    in: names,
    out: [],
    call([first]) {
      act(first);
      return [];
    },
  });
  const place = [["x", "i"], ["y", "i"]] as const;
  return {
    Activate: method(place, onActivate),
    SecondaryActivate: method(place, onSecondaryActivate),
    // Only for items that draw a menu themselves; ours is at the path that the item names.
    ContextMenu: method(place, () => {}),
    Scroll: method([["delta", "i"], ["orientation", "s"]], () => {}),
    ProvideXdgActivationToken: method([["token", "s"]], (token) => onActivationToken(token as string)),
  };
}
