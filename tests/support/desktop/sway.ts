import type { DesktopSession } from "./desktop_session.ts";
import { parsePpm, type Picture, type Rectangle } from "./picture.ts";
import { outputOf, type ProcessGroup } from "./process_group.ts";
import type { Screen } from "./tray_menu.ts";
import { until } from "./until.ts";
import { WaylandPointer } from "./wayland_pointer.ts";

/** Codes of the left, the middle and the right button (linux/input-event-codes.h). */
const buttons = { 1: 0x110, 2: 0x112, 3: 0x111 } as const;
const size = { width: 800, height: 800 };

/** Sway without a display, with what it shows and a pointer on it. */
export class Sway implements Screen {
  /** What a program needs to appear on it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #pointer: WaylandPointer;

  private constructor(env: Record<string, string>, pointer: WaylandPointer) {
    this.env = env;
    this.#pointer = pointer;
  }

  /** Resolves when programs can connect. Ends with the session. */
  static async start(session: DesktopSession): Promise<Sway> {
    const folder = `${session.folder}/wayland`;
    const config = await session.write("wayland/config", `output HEADLESS-1 resolution ${size.width}x${size.height}\n`);
    const program = await ordinaryUser(session.folder, folder);
    const process = session.start(program[0], [...program.slice(1), "sway", "--config", config], {
      XDG_RUNTIME_DIR: folder,
      WLR_BACKENDS: "headless",
      WLR_LIBINPUT_NO_DEVICES: "1",
      WLR_RENDERER: "pixman",
    });
    const display = await until("sway opens a Wayland socket", async () => {
      if (process.hasEnded) throw new Error(`Sway has ended: ${process.said}`);
      for await (const { name } of Deno.readDir(folder)) if (/^wayland-\d+$/.test(name)) return `${folder}/${name}`;
    });
    const env = { ...session.env, DISPLAY: "", GDK_BACKEND: "wayland", WAYLAND_DISPLAY: display };
    const pointer = await until("sway takes connections", () => WaylandPointer.connect(display));
    return new Sway(env, session.use(pointer));
  }

  async picture(): Promise<Picture> {
    return parsePpm(await outputOf("grim", { args: ["-t", "ppm", "-"], env: this.env }));
  }

  async click(place: Rectangle, button: keyof typeof buttons = 1): Promise<void> {
    await this.moveTo(place);
    await this.#pointer.press(buttons[button], true);
    await this.#pointer.press(buttons[button], false);
  }

  async moveTo({ x, y, width, height }: Rectangle): Promise<void> {
    await this.#pointer.moveTo(Math.floor(x + width / 2), Math.floor(y + height / 2), size);
  }
}

/** waybar with nothing but its tray, at the top of the screen. */
export async function startWaybar(
  session: DesktopSession,
  sway: Sway,
  { background = "#303030", iconSize = 22 }: { background?: string; iconSize?: number } = {},
): Promise<ProcessGroup> {
  const bar = { layer: "top", position: "top", height: 32, "modules-left": ["tray"], tray: { "icon-size": iconSize } };
  const config = await session.write("config/waybar/config", JSON.stringify(bar));
  const style = await session.write(
    "config/waybar/style.css",
    `window#waybar { background: ${background}; border: none; } #tray { margin: 0 4px; }\n`,
  );
  return session.start("waybar", ["--config", config, "--style", style], { ...sway.env, XDG_CURRENT_DESKTOP: "sway" });
}

/** Sway refuses to run as root, as which containers run tests: the command that runs it as nobody there. */
async function ordinaryUser(sessionFolder: string, folder: string): Promise<string[]> {
  if (Deno.uid() !== 0) return ["env"];
  const nobody = 65_534;
  await Deno.chmod(sessionFolder, 0o711);
  await Deno.chown(folder, nobody, nobody);
  return ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
}
