import { assert, assertEquals } from "@std/assert";
import { iconPixmaps } from "../../../src/desktop/tray/icon_pixmaps.ts";
import { trayIcon } from "../../../src/desktop/tray/tray_icon.ts";
import { trayModel } from "../../../src/desktop/tray/tray_model.ts";
import { type IconColour, type TrayIcon, trayIcons } from "../../../src/desktop/tray/tray_model_types.ts";
import type { ConfigInput } from "../../../src/config/schema.ts";
import type { StatusReport } from "../../../src/state/status.ts";
import { ModelServer, type ScriptedModel } from "../model_server.ts";
import { DesktopDaemon } from "./desktop_daemon.ts";
import type { DesktopSession } from "./desktop_session.ts";
import { findIcon, type FoundIcon } from "./find_icon.ts";
import type { Picture } from "./picture.ts";
import { type OpenMenu, openMenu, type Screen } from "./tray_menu.ts";
import { until } from "./until.ts";
import { steadyPort } from "../steady_port.ts";

/** Where the panels of {@linkcode ./panels.ts} show it. */
const panel = { x: 0, y: 0, width: 120, height: 32 };

/** What the local model says to everything, word by word. */
export const spokenWords = Array.from({ length: 40 }, (_, index) => ` word${index}`);
const plainModels = [{ name: "plain", reply: () => spokenWords.join("") }];

export interface TraySceneOptions {
  session: DesktopSession;
  screen: Screen;
  colour?: Exclude<IconColour, "grey">;
  iconSize?: number;
  /** Of the local server. Default: one that says {@linkcode spokenWords}. */
  models?: readonly ScriptedModel[];
  /** The servers do not answer health checks until `onHealth` of theirs is `undefined`. */
  areSilent?: boolean;
  /** How often the daemon checks them. Default: often. */
  health?: ConfigInput["health"];
  /** Of the daemon, beside that of the session. */
  env?: Readonly<Record<string, string>>;
}

/** A daemon with a local and a cloud model server of a test's own, and what a user sees and clicks of it. */
export class TrayScene implements AsyncDisposable {
  readonly local: ModelServer;
  readonly cloud: ModelServer;
  readonly daemon: DesktopDaemon;
  readonly screen: Screen;
  readonly #icons: ReadonlyMap<TrayIcon, { width: number; height: number; argb: Uint8Array }>;

  private constructor(
    parts: { local: ModelServer; cloud: ModelServer; daemon: DesktopDaemon },
    { screen, colour = "light", iconSize = 22 }: TraySceneOptions,
  ) {
    this.local = parts.local;
    this.cloud = parts.cloud;
    this.daemon = parts.daemon;
    this.screen = screen;
    const pixmap = (icon: TrayIcon) => iconPixmaps(icon, colour).find(({ width }) => width === iconSize)!;
    this.#icons = new Map(trayIcons.map((icon) => [icon, pixmap(icon)]));
  }

  static async start(options: TraySceneOptions): Promise<TrayScene> {
    const { session, colour = "light", env, health, models = plainModels } = options;
    const local = await ModelServer.start({ name: "local", dialect: "ollama", models, port: steadyPort() });
    const cloud = await ModelServer.start({ name: "cloud", dialect: "ollama", port: steadyPort() });
    if (options.areSilent) local.onHealth = cloud.onHealth = { kind: "silent" };
    try {
      const backends = [
        { id: "local", kind: "ollama", url: local.url, location: "local" },
        { id: "cloud", kind: "ollama", url: cloud.url, location: "cloud" },
      ] as const;
      const daemon = await DesktopDaemon.start(session, {
        config: { backends: [...backends], desktop: { icon: colour }, ...health && { health } },
        env,
      });
      return new TrayScene({ local, cloud, daemon }, options);
    } catch (error) {
      await Promise.all([local.stop(), cloud.stop()]);
      throw error;
    }
  }

  /** Waits until the panel shows this icon and not another one. */
  async shows(icon: TrayIcon): Promise<FoundIcon<TrayIcon>> {
    let seen: FoundIcon<TrayIcon> | undefined;
    return await until(
      () => `the panel shows the icon ${icon}; it showed: ${seen?.name}\n${this.daemon.process.said}`,
      async () => {
        seen = this.iconIn(await this.screen.picture());
        return seen?.name === icon ? seen : undefined;
      },
    );
  }

  /** Waits until the panel shows none of our icons. */
  async showsNone(): Promise<void> {
    await until("the panel shows no icon", async () => !this.iconIn(await this.screen.picture()) || undefined);
  }

  iconIn(picture: Picture): FoundIcon<TrayIcon> | undefined {
    return findIcon(picture, this.#icons, panel);
  }

  /** Opens the menu by a click on the icon. */
  async open(button: 1 | 3): Promise<OpenMenu> {
    const icon = await until("the panel shows an icon", async () => this.iconIn(await this.screen.picture()));
    return await openMenu(this.screen, icon.place, button);
  }

  /** Clicks a line of the open menu, found by its place among those of the model. */
  async choose(menu: OpenMenu, label: string): Promise<void> {
    const labels = lineLabels(await this.daemon.status());
    const index = labels.indexOf(label);
    assert(index >= 0 && index < menu.lines.length, `"${label}" is not among ${labels.join(" | ")}`);
    await this.screen.click(menu.lines[index]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.process[Symbol.asyncDispose]();
    await Promise.all([this.local.stop(), this.cloud.stop()]);
  }
}

/** The lines that a host shows of the menu, separators and submenus' contents left out. */
function lineLabels(report: StatusReport): string[] {
  const { menu } = trayModel(report, { colour: "light", version: "0.1.0", now: Date.now(), startsAtLogin: false });
  return menu.flatMap((item) => item.kind === "separator" ? [] : [item.label]);
}

/**
 * What every panel has to do: it shows the icon of the state, another one when the state changes, and its menu opens by
 * a click and obeys.
 */
export async function assertShowsAndObeys(scene: TrayScene, button: 1 | 3): Promise<void> {
  const { daemon, local } = scene;
  await scene.shows("local");
  await local.stop();
  await scene.shows("degraded");
  assertEquals(trayIcon(await daemon.status()), "degraded");
  await scene.choose(await scene.open(button), "Cloud only");
  const { mode, active } = await daemon.untilStatus("the mode is cloud-only", (report) => report.mode === "cloud-only");
  assertEquals({ mode, active }, { mode: "cloud-only", active: "cloud" });
  await scene.shows("cloud");
}
