import type { DesktopSession } from "./desktop_session.ts";
import type { ProcessGroup } from "./process_group.ts";

export interface PanelOptions {
  /** Background, such as `#202020`. */
  background: string;
  /** Size of its icons in pixels. */
  iconSize: number;
}

const defaults: PanelOptions = { background: "#303030", iconSize: 22 };

/** xfce4-panel with nothing but the status tray, at the top of the screen. */
export async function startXfcePanel(
  session: DesktopSession,
  options: Partial<PanelOptions> = {},
): Promise<ProcessGroup> {
  const { background, iconSize } = { ...defaults, ...options };
  const [red, green, blue] = channels(background).map((value) => (value / 255).toFixed(6));
  await session.write(
    "config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml",
    `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="32"/>
      <property name="background-style" type="uint" value="1"/>
      <property name="background-rgba" type="array">
        <value type="double" value="${red}"/>
        <value type="double" value="${green}"/>
        <value type="double" value="${blue}"/>
        <value type="double" value="1.0"/>
      </property>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray">
      <property name="icon-size" type="int" value="${iconSize}"/>
      <property name="symbolic-icons" type="bool" value="false"/>
    </property>
  </property>
</channel>
`,
  );
  return session.start("xfce4-panel", ["--disable-wm-check"], { XDG_CURRENT_DESKTOP: "XFCE" });
}

/** lxqt-panel with nothing but the StatusNotifier plugin, at the top of the screen. */
export async function startLxqtPanel(
  session: DesktopSession,
  options: Partial<PanelOptions> = {},
): Promise<ProcessGroup> {
  const { background, iconSize } = { ...defaults, ...options };
  const file = await session.write(
    "config/lxqt/panel.conf",
    `panels=panel1

[panel1]
plugins=statusnotifier
position=Top
desktop=0
panelSize=32
iconSize=${iconSize}
background-color=@Variant(\\0\\0\\0\\x43\\x1\\xff\\xff${channels(background).map(qtChannel).join("")}\\0\\0)
opacity=100

[statusnotifier]
alignment=Left
type=statusnotifier
`,
  );
  return session.start("lxqt-panel", ["-c", file], { XDG_CURRENT_DESKTOP: "LXQt", QT_QPA_PLATFORM: "xcb" });
}

/** tint2 with nothing but the XEmbed tray, at the top of the screen; it waits for a window manager. */
export async function startTint2(session: DesktopSession, options: Partial<PanelOptions> = {}): Promise<ProcessGroup> {
  const { background, iconSize } = { ...defaults, ...options };
  const file = await session.write(
    "config/tint2/tint2rc",
    `rounded = 0
border_width = 0
background_color = ${background} 100
panel_items = S
panel_position = top left horizontal
panel_size = 100% 32
panel_background_id = 1
wm_menu = 0
systray_icon_size = ${iconSize}
systray_padding = 4 2 4
systray_background_id = 0
systray_icon_asb = 100 0 0
`,
  );
  session.start("openbox");
  return session.start("tint2", ["-c", file]);
}

/** trayer: nothing but an XEmbed tray, at the top of the screen. */
export function startTrayer(
  session: Pick<DesktopSession, "start">,
  options: Partial<PanelOptions> = {},
): ProcessGroup {
  const { background } = { ...defaults, ...options };
  const tint = `0x${background.slice(1)}`;
  const place = [
    "--edge",
    "top",
    "--align",
    "left",
    "--widthtype",
    "request",
    "--heighttype",
    "pixel",
    "--height",
    "32",
  ];
  return session.start("trayer", [...place, "--transparent", "true", "--alpha", "0", "--tint", tint]);
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((index) => parseInt(colour.slice(index, index + 2), 16));
}

/** A channel of a QColor: 16 bits. */
function qtChannel(value: number): string {
  const hex = `\\x${value.toString(16)}`;
  return hex + hex;
}
