import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Bus } from "../../dbus/types.ts";
import { runProgram } from "./run_program.ts";

export interface CopyOptions {
  bus: Bus | undefined;
  env: (name: string) => string | undefined;
  clock: Clock;
  log: Log;
  /** For what is started, beside our own environment. */
  childEnv?: Record<string, string>;
  /** The last resort: a clipboard of our own, for X11. */
  copyWithGtk: (text: string) => Promise<void>;
}

/** Patience with each way, in ms. */
const patienceMs = 3_000;

/** A clipboard holds text only as long as a program offers it, so each of these stays or hands it to one that does. */
interface Way {
  name: string;
  isThere: (options: CopyOptions) => boolean;
  /** Rejects when it did not copy. */
  copy: (text: string, options: CopyOptions) => Promise<void>;
}

const hasX11 = ({ env }: CopyOptions) => Boolean(env("DISPLAY"));
const hasWayland = ({ env }: CopyOptions) => Boolean(env("WAYLAND_DISPLAY"));

const ways: readonly Way[] = [
  { name: "klipper", isThere: ({ bus }) => bus !== undefined, copy: copyWithKlipper },
  { name: "wl-copy", isThere: hasWayland, copy: copyWith("wl-copy", "--type", "text/plain") },
  { name: "xclip", isThere: hasX11, copy: copyWith("xclip", "-selection", "clipboard", "-in") },
  { name: "xsel", isThere: hasX11, copy: copyWith("xsel", "--clipboard", "--input") },
  { name: "GTK", isThere: hasX11, copy: (text, { copyWithGtk }) => copyWithGtk(text) },
];

/**
 * Puts a text on the clipboard by the first way that this desktop has.
 *
 * Throws with the words "Copy this yourself: …" when there is none.
 */
export async function copyText(text: string, options: CopyOptions): Promise<void> {
  for (const { name, isThere, copy } of ways) {
    if (!isThere(options)) continue;
    try {
      return await copy(text, options);
    } catch (error) {
      options.log.debug("Cannot copy this way; the next is tried", { way: name, error: messageOf(error) });
    }
  }
  throw new Error(
    `No clipboard was found; installing wl-clipboard or xclip gives one to ask. Copy this yourself: ${text}`,
  );
}

/** KDE's clipboard; it is not started for this, for where it does not run there is another. */
async function copyWithKlipper(text: string, { bus }: CopyOptions): Promise<void> {
  const member = {
    destination: "org.kde.klipper",
    path: "/klipper",
    interface: "org.kde.klipper.klipper",
    member: "setClipboardContents",
  };
  await bus!.call({ ...member, signature: "s", body: [text] }, { timeoutMs: patienceMs, autoStart: false });
}

function copyWith(...command: [string, ...string[]]): Way["copy"] {
  return async (text, { clock, childEnv: env }) => {
    const result = await runProgram(command, { clock, withinMs: patienceMs, input: text, env });
    if (result.kind === "missing" || result.kind === "failed") throw new Error(result.reason);
    if (result.kind === "ended" && result.code === 0) return;
    if (result.kind === "ended") throw new Error(`it ended with ${result.code}`);
    result.kill();
    throw new Error(`it did not end within ${patienceMs / 1_000} s`);
  };
}
