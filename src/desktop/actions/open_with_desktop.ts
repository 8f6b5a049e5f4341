import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Bus } from "../../dbus/types.ts";
import { openByPortal } from "./open_uri_portal.ts";
import { xdgOpen, type XdgOpenOptions } from "./xdg_open.ts";

export interface OpenOptions extends XdgOpenOptions {
  bus: Bus | undefined;
  log: Log;
}

/**
 * Opens an absolute path or an http(s) address in the user's program for it: an address by the desktop's portal, which
 * also works out of a sandbox, and else by xdg-open; a file, for which the portal would want an open descriptor, by
 * xdg-open.
 *
 * Throws with the words "Open this yourself: …" when neither can.
 */
export async function openWithDesktop(target: string, options: OpenOptions): Promise<void> {
  const checked = checkTarget(target);
  if (checked.kind === "url" && options.bus && await isOpenedByPortal(options.bus, checked.text, options)) return;
  const failure = await xdgOpen(checked.text, options);
  if (failure !== undefined) throw new Error(`${failure}. Open this yourself: ${checked.text}`);
}

/** Neither can be taken for an option, nor for a scheme that runs something. */
function checkTarget(target: string): { kind: "url" | "file"; text: string } {
  if (target.startsWith("/")) return { kind: "file", text: target };
  const url = URL.parse(target);
  if (url?.protocol === "http:" || url?.protocol === "https:") return { kind: "url", text: url.href };
  throw new Error(`Neither an absolute path nor a web address: ${target}`);
}

async function isOpenedByPortal(bus: Bus, uri: string, options: OpenOptions): Promise<boolean> {
  try {
    await openByPortal(bus, uri, options);
    return true;
  } catch (error) {
    options.log.debug("The desktop's portal opens nothing; xdg-open is asked", { error: messageOf(error) });
    return false;
  }
}
