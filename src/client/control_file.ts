import { checkedUrl, isLoopback } from "./address.ts";
import type { System } from "./link_parts.ts";

/** What a running daemon leaves for programs of its user. */
export interface Control {
  /** Origin, always loopback. */
  url: string;
  token: string;
}

const place = "cloudtolocalllm/control.json";

/** Where that file is, by the XDG Base Directory Specification: the folder of the session, else that of states. */
export function controlFilePath(system: Pick<System, "env">): string | undefined {
  const folder = (variable: string) => absolute(system.env(variable));
  const home = folder("HOME");
  const state = home === undefined ? undefined : `${home}/.local/state`;
  const base = folder("XDG_RUNTIME_DIR") ?? folder("XDG_STATE_HOME") ?? state;
  return base === undefined ? undefined : `${base}/${place}`;
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path.replace(/\/+$/, "") : undefined;
}

/**
 * Reads it; `undefined`: there is none. Throws, as the end of a sentence, for one that others can read or write, for an
 * address beyond this machine, and for what no daemon writes.
 */
export async function readControlFile(path: string, system: System): Promise<Control | undefined> {
  const file = await system.readFile(path);
  if (!file) return undefined;
  if ((file.mode & 0o077) !== 0) {
    throw new Error(`its mode ${file.mode.toString(8)} lets other users at the token; restart the daemon`);
  }
  const control = parse(file.text);
  if (!control) throw new Error("it is not what a daemon writes; restart the daemon");
  if (!isLoopback(new URL(control.url).hostname)) {
    throw new Error(`its address ${control.url} is not on this machine, and the token is not sent there`);
  }
  return control;
}

function parse(text: string): Control | undefined {
  try {
    const { url, token } = JSON.parse(text);
    // Anything else cannot be a header's value.
    if (typeof url !== "string" || typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) return undefined;
    return { url: checkedUrl(url), token };
  } catch {
    return undefined;
  }
}
