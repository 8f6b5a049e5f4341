/**
 * What the daemon and its GTK process say to one another: a JSON object a line, on the process's standard input and
 * output. The end of its input tells the process to end.
 *
 * The process says `ready` once, or ends with one of {@linkcode exitCodes}. It shows no icon before the first `show`.
 */
export type ToGtk = { show: Shown } | { copy: string };

/**
 * - `embedded`: whether a tray shows the icon, at each change; at first none does
 * - `clicked`: the key of the menu's entry; `activated`: a click on the icon itself
 * - `copied`: the text of `copy` can be pasted; `lost`: not any more, another program copied something
 * - `error`: what could not be done, for the log
 */
export type FromGtk =
  | { ready: true }
  | { embedded: boolean }
  | { clicked: string }
  | { activated: true }
  | { copied: true }
  | { lost: true }
  | { error: string };

/** What the tray shows. */
export interface Shown {
  title: string;
  tooltip: string;
  /** In several sizes; absent: the one before stays. */
  icon?: readonly Icon[];
  menu: readonly MenuItem[];
}

/** A, R, G, B bytes row by row, alpha straight, in base64. */
export interface Icon {
  width: number;
  height: number;
  argb: string;
}

/** An entry of the menu. Keys are unique in it; an item without action is only read. */
export type MenuItem =
  | { kind: "separator"; key: string }
  | { kind: "item"; key: string; label: string; enabled: boolean; action?: unknown }
  | { kind: "check" | "radio"; key: string; label: string; enabled: boolean; checked: boolean }
  | { kind: "submenu"; key: string; label: string; enabled: boolean; items: readonly MenuItem[] };

/** What the process ends with beside 0 (told to) and what GTK or a signal ends it with. */
export const exitCodes = { noLibrary: 10, noDisplay: 11 } as const;

const encoder = new TextEncoder();

/** The line that says it. */
export function encodeMessage(message: ToGtk | FromGtk): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(message) + "\n");
}

/** What a line says; `undefined` when it is not a JSON object. Its members are still to be checked. */
export function parseMessage(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const message = JSON.parse(line);
    return typeof message === "object" && message !== null && !Array.isArray(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
