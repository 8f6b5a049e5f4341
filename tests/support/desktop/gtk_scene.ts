import { systemClock } from "../../../src/core/clock.ts";
import { type SelfCommand, selfCommand } from "../../../src/core/self_command.ts";
import { openGtkHost } from "../../../src/desktop/tray/gtk_host.ts";
import { iconPixmaps } from "../../../src/desktop/tray/icon_pixmaps.ts";
import type { TrayHost } from "../../../src/desktop/tray/tray_host.ts";
import type { TrayAction, TrayModel } from "../../../src/desktop/tray/tray_model_types.ts";
import { DesktopScene } from "../desktop_context.ts";
import { DesktopSession } from "./desktop_session.ts";
import { findExactIcon } from "./find_exact_icon.ts";
import type { Rectangle } from "./picture.ts";
import { until } from "./until.ts";

const mainModule = new URL("../../../main.ts", import.meta.url).href;

/** GTK's process as the daemon starts it, away from the machine's own session. */
export function gtkCommand(env: Readonly<Record<string, string>>): SelfCommand {
  const { program, args } = selfCommand(["tray-gtk"], { permissions: "gtk", mainModule });
  const { DBUS_SESSION_BUS_ADDRESS = "unix:path=/nowhere" } = env;
  const apart = [`DBUS_SESSION_BUS_ADDRESS=${DBUS_SESSION_BUS_ADDRESS}`, "NO_AT_BRIDGE=1"];
  return { program: "env", args: [...apart, program, ...args] };
}

/** A desktop with the GTK host's icon on it, or about to be. */
export class GtkScene implements AsyncDisposable {
  readonly session: DesktopSession;
  readonly host: TrayHost;
  /** What was clicked, in order. */
  readonly actions: TrayAction[];
  /** Whether a tray shows the icon, at each change. */
  readonly embedded: boolean[];
  readonly log: DesktopScene;

  private constructor(parts: Pick<GtkScene, "session" | "host" | "actions" | "embedded" | "log">) {
    this.session = parts.session;
    this.host = parts.host;
    this.actions = parts.actions;
    this.embedded = parts.embedded;
    this.log = parts.log;
  }

  static async start(model: TrayModel): Promise<GtkScene> {
    await using resources = new AsyncDisposableStack();
    const session = resources.use(await DesktopSession.start());
    const log = new DesktopScene({ clock: systemClock, env: { ...session.env } });
    const actions: TrayAction[] = [];
    const embedded: boolean[] = [];
    const host = await openGtkHost({
      context: log.context,
      command: gtkCommand(session.env),
      onAction: (action) => void actions.push(action),
      onEmbedded: (isEmbedded) => void embedded.push(isEmbedded),
    });
    host.show(model);
    resources.move();
    return new GtkScene({ session, host, actions, embedded, log });
  }

  /** Resolves when the host said so often that a tray shows the icon, or does not any more. */
  async embeddedIs(...changes: boolean[]): Promise<void> {
    await until(`embedded becomes ${changes}`, () => `${this.embedded}` === `${changes}` || undefined);
  }

  /** Where the model's icon is, pixel by pixel. */
  async iconOf({ icon, colour }: Pick<TrayModel, "icon" | "colour">): Promise<Rectangle> {
    return await until(`the icon ${icon} is seen`, async () => {
      const picture = await this.session.screen.picture();
      const panel = { x: 0, y: 0, width: picture.width, height: 40 };
      const seen = iconPixmaps(icon, colour).map((pixmap) => findExactIcon(picture, pixmap, panel));
      return seen.findLast((place) => place !== undefined);
    });
  }

  /** Resolves when the last click means this. */
  async chosen(action: TrayAction): Promise<void> {
    const wanted = JSON.stringify(action);
    await until(`${wanted} is chosen`, () => JSON.stringify(this.actions.at(-1)) === wanted || undefined);
  }

  /** Process id of GTK's process. */
  async pid(): Promise<number> {
    return await until("GTK's process is found", async () => {
      const pids = await childrenOf(Deno.pid);
      for (const pid of pids) {
        const words = (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")).split("\0");
        if (!words.includes("tray-gtk")) continue;
        const environment = await Deno.readTextFile(`/proc/${pid}/environ`);
        if (environment.split("\0").includes(`DISPLAY=${this.session.env.DISPLAY}`)) return pid;
      }
      return undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.close();
    await this.session[Symbol.asyncDispose]();
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    const status = /^\d+$/.test(name) ? await Deno.readTextFile(`/proc/${name}/status`).catch(() => "") : "";
    if (status.includes(`\nPPid:\t${pid}\n`)) children.push(Number(name));
  }
  return children;
}
