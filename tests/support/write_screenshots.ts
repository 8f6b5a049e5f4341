/**
 * Writes docs/images/tray-*.png of the real daemon in xfce4-panel, by Xvfb and ImageMagick:
 * `deno run -A tests/support/write_screenshots.ts`
 */
import { type TrayIcon, trayIcons } from "../../src/desktop/tray/tray_model_types.ts";
import { DesktopSession } from "./desktop/desktop_session.ts";
import { startXfcePanel } from "./desktop/panels.ts";
import { type Picture, type Rectangle, writePpm } from "./desktop/picture.ts";
import { outputOf } from "./desktop/process_group.ts";
import type { OpenMenu } from "./desktop/tray_menu.ts";
import { TrayScene } from "./desktop/tray_scene.ts";
import { until } from "./desktop/until.ts";

const images = new URL("../../docs/images/", import.meta.url).pathname;
const themes = {
  dark: { background: "#303030", colour: "light" },
  light: { background: "#ececec", colour: "dark" },
} as const;
const models = ["llama3.2:3b", "qwen3:8b", "gemma3:4b"].map((name) => ({ name }));

/** How the user comes from the state before to this one. */
const ways: Record<TrayIcon, (scene: TrayScene) => Promise<unknown>> = {
  idle: () => Promise.resolve(),
  local: (scene) => {
    scene.local.onHealth = scene.cloud.onHealth = undefined;
    return Promise.resolve();
  },
  cloud: (scene) => scene.daemon.command("mode", "cloud-only"),
  degraded: async (scene) => {
    await scene.daemon.command("mode", "local-first");
    await scene.local.stop();
  },
  error: (scene) => scene.cloud.stop(),
  paused: async (scene) => {
    await scene.local.restart();
    await scene.cloud.restart();
    await scene.daemon.command("pause");
  },
};

async function writeStates(theme: keyof typeof themes): Promise<void> {
  const { background, colour } = themes[theme];
  await using session = await DesktopSession.start();
  await startXfcePanel(session, { background });
  await using scene = await TrayScene.start({ session, screen: session.screen, colour, models, areSilent: true });
  const parts: string[] = [];
  for (const icon of trayIcons) {
    await ways[icon](scene);
    const { place } = await scene.shows(icon);
    const area = { x: 0, y: 0, width: place.x + place.width + 9, height: 32 };
    const picture = await session.screen.picture();
    parts.push("(", "-label", icon, await write(`${session.folder}/${icon}.ppm`, picture, area), "-scale", "200%", ")");
  }
  const look = ["-font", "DejaVu-Sans", "-pointsize", "12", "-background", "white", "-tile", "6x1"];
  await convert("montage", [...look, ...parts, "-geometry", "+14+4"], `tray-states-${theme}.png`);
}

async function writeMenu(): Promise<void> {
  await using session = await DesktopSession.start();
  const { background, colour } = themes.light;
  await startXfcePanel(session, { background });
  await using scene = await TrayScene.start({ session, screen: session.screen, models, colour });
  await scene.shows("local");
  await scene.daemon.untilStatus("both are checked", ({ backends }) => backends.every(({ health }) => health === "up"));
  const menu = await scene.open(3);
  const { picture, width, height } = await withSubmenu(scene, menu, 1);
  const file = await write(`${session.folder}/menu.ppm`, picture, {
    x: 0,
    y: 0,
    width: width + 12,
    height: height + 12,
  });
  const desktop = ["-fill", "#7d93a6", "-floodfill", `+${width + 11}+${height + 11}`, "black"];
  await convert("convert", [file, ...desktop], "tray-menu.png");
}

/** With the submenu of one line open. */
async function withSubmenu(
  { screen }: TrayScene,
  menu: OpenMenu,
  index: number,
): Promise<{ picture: Picture; width: number; height: number }> {
  await screen.moveTo(menu.lines[index]);
  const beside = { x: menu.place.x + menu.place.width + 10, y: 40, width: 250, height: 600 };
  const { picture, submenu } = await until("a submenu opens", async () => {
    const first = await screen.picture();
    const submenu = first.difference(menu.picture, beside);
    const second = await screen.picture();
    return submenu && !second.difference(first) ? { picture: second, submenu } : undefined;
  });
  return { picture, width: submenu.x + submenu.width, height: menu.place.y + menu.place.height };
}

async function write(file: string, picture: Picture, area: Rectangle): Promise<string> {
  await Deno.writeFile(file, writePpm(picture.crop(area)));
  return file;
}

async function convert(program: "convert" | "montage", args: string[], name: string): Promise<void> {
  const small = ["-strip", "+dither", "-colors", "128", "-define", "png:compression-level=9"];
  await outputOf(program, { args: [...args, ...small, `PNG8:${images}${name}`], env: {} });
}

await writeStates("dark");
await writeStates("light");
await writeMenu();
