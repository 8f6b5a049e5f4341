import type { FromGtk, Icon, MenuItem as ShownItem, Shown } from "../../../ffi/protocol.ts";
import type { SelfCommand } from "../../core/self_command.ts";
import type { DesktopContext } from "../context.ts";
import { GtkProcess } from "./gtk_process.ts";
import { iconPixmaps } from "./icon_pixmaps.ts";
import type { OnTrayAction, TrayHost } from "./tray_host.ts";
import type { MenuItem, TrayAction, TrayModel } from "./tray_model_types.ts";

export interface GtkHostOptions {
  context: Pick<DesktopContext, "log" | "clock" | "env" | "childEnv">;
  onAction: OnTrayAction;
  /** What starts GTK's process. Default: this program, once more. */
  command?: SelfCommand;
  /** Told when a tray begins or ceases to show the icon; at first none does. */
  onEmbedded?: (isEmbedded: boolean) => void;
  /** Ends the opening; one that is open is ended by its `close()`. */
  signal?: AbortSignal;
}

/**
 * The tray as GTK shows it: in XEmbed trays on X11, from a process of its own. That none is there to show it is not the
 * end: GTK docks when one appears.
 *
 * Rejects with {@linkcode GtkMissing} where that cannot be, with another error when it may go better next time.
 */
export async function openGtkHost(options: GtkHostOptions): Promise<TrayHost> {
  const host = new GtkHost(options);
  await host.start();
  return host;
}

class GtkHost implements TrayHost {
  readonly #options: GtkHostOptions;
  #process!: GtkProcess;
  #actions: ReadonlyMap<string, TrayAction> = new Map();
  /** The next to be sent; one that came before is not worth it. */
  #next: TrayModel | undefined;
  #isSending = false;
  #isEmbedded = false;
  #sent = "";
  #sentIcon = "";

  constructor(options: GtkHostOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { context, command, signal } = this.#options;
    this.#process = await GtkProcess.start({ context, command, signal, onMessage: (message) => this.#hear(message) });
  }

  get closed(): Promise<void> {
    return this.#process.ended;
  }

  show(model: TrayModel): void {
    this.#actions = new Map(actionsOf(model.menu));
    this.#next = model;
    if (!this.#isSending) void this.#sendAll();
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#next) await this.#send(this.#next);
    } catch {
      // The process has ended, as `closed` tells.
      this.#next = undefined;
    }
    this.#isSending = false;
  }

  async #send(model: TrayModel): Promise<void> {
    this.#next = undefined;
    const icon = `${model.icon} ${model.colour}`;
    const sent = JSON.stringify(model);
    if (sent === this.#sent) return;
    await this.#process.send({ show: shownOf(model, icon !== this.#sentIcon) });
    this.#sent = sent;
    this.#sentIcon = icon;
  }

  #hear(message: FromGtk): void {
    const { context, onAction, onEmbedded } = this.#options;
    if ("activated" in message) onAction({ do: "open_settings" }, {});
    else if ("clicked" in message) {
      const action = this.#actions.get(message.clicked);
      if (action) onAction(action, {});
    } else if ("embedded" in message && message.embedded !== this.#isEmbedded) {
      this.#isEmbedded = message.embedded === true;
      context.log.debug("A tray shows the icon, or does not any more", { isEmbedded: this.#isEmbedded });
      onEmbedded?.(this.#isEmbedded);
    }
  }
}

function shownOf({ icon, colour, title, tooltip, menu }: TrayModel, withIcon: boolean): Shown {
  return { title, tooltip, icon: withIcon ? iconPixmaps(icon, colour).map(encodeIcon) : undefined, menu: shown(menu) };
}

/** Ours has all that GTK's process needs. */
function shown(menu: readonly MenuItem[]): readonly ShownItem[] {
  return menu;
}

function encodeIcon({ width, height, argb }: { width: number; height: number; argb: Uint8Array }): Icon {
  return { width, height, argb: argb.toBase64() };
}

function actionsOf(menu: readonly MenuItem[]): [key: string, action: TrayAction][] {
  return menu.flatMap((item) => {
    if (item.kind === "separator") return [];
    if (item.kind === "submenu") return actionsOf(item.items);
    return item.enabled && item.action ? [[item.key, item.action] satisfies [string, TrayAction]] : [];
  });
}
