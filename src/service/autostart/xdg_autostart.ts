import { dirname } from "@std/path/posix/dirname";
import { writeAtomic } from "../../config/atomic_file.ts";
import { resolvePaths } from "../../config/paths.ts";
import { readSmallTextFile } from "../../config/small_file.ts";
import type { LoginStart } from "../../state/login_start.ts";
import { lastingCommand, type SelfCommand } from "../../core/self_command.ts";
import {
  entryValue,
  escapeValue,
  isDesktopEntry,
  quoteExec,
  renderEntry,
  unescapeValue,
  withEntryValues,
} from "./desktop_entry.ts";

export interface XdgAutostartOptions {
  env: (name: string) => string | undefined;
  /** What is started. Default: this program, wherever it lies. */
  command?: SelfCommand;
}

const fileName = "autostart/cloudtolocalllm.desktop";

/** Holds the Exec that we wrote: where Exec is another, a person has changed it, and it stays. */
const ourExec = "X-CloudToLocalLLM-Exec";

/**
 * Start at login by the Desktop Application Autostart Specification 0.5: a file of the user, which stands before one of
 * the same name that the system may have. It is read anew each time, and a person's own edits of it stay.
 */
export class XdgAutostart implements LoginStart {
  readonly #options: XdgAutostartOptions;
  readonly #listeners = new Set<(enabled: boolean) => void>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: XdgAutostartOptions) {
    this.#options = options;
  }

  /** A file that cannot be read starts nothing. */
  async isEnabled(): Promise<boolean> {
    try {
      const text = await readEntry(this.#userFile()) ?? await this.#systemEntry();
      return text !== undefined && isSwitchedOn(text) && await isProgramThere(text);
    } catch {
      return false;
    }
  }

  set(enabled: boolean): Promise<void> {
    const done = this.#queue.then(() => enabled ? this.#enable() : this.#disable()).then(() => {
      for (const listener of [...this.#listeners]) listener(enabled);
    });
    this.#queue = done.catch(() => {});
    return done;
  }

  subscribe(listener: (enabled: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #enable(): Promise<void> {
    const old = await readEntry(this.#userFile());
    const ours = this.#values();
    if (old === undefined || !isDesktopEntry(old)) return await this.#write(renderEntry(ours));
    const exec = entryValue(old, "Exec");
    const isOurs = exec === undefined || exec === entryValue(old, ourExec) || !await isProgramThere(old);
    const command = { Exec: ours.Exec, TryExec: ours.TryExec, [ourExec]: ours[ourExec] };
    await this.#write(withEntryValues(old, { ...isOurs ? command : {}, ...switched(true) }));
  }

  async #disable(): Promise<void> {
    const old = await readEntry(this.#userFile());
    if (await this.#systemEntry() === undefined) {
      if (old === undefined) return;
      if (isUntouched(old)) return await Deno.remove(this.#userFile());
    }
    const text = old !== undefined && isDesktopEntry(old) ? old : renderEntry(this.#values());
    await this.#write(withEntryValues(text, switched(false)));
  }

  /** A link is replaced, not what it leads to: that may be the entry in the menu of programs, which is not ours to hide. */
  #write(text: string): Promise<void> {
    return writeAtomic(this.#userFile(), text, { mode: 0o644, followLink: false });
  }

  #values(): Record<string, string> {
    const { env, command = lastingCommand(["run", "--unless-running"], { env }) } = this.#options;
    return values(quoteExec([command.program, ...command.args]), escapeValue(command.program));
  }

  #userFile(): string {
    const configHome = dirname(dirname(resolvePaths(this.#options.env).configFile));
    return `${configHome}/${fileName}`;
  }

  /** The user's own file; it need not be there. */
  get file(): string {
    return this.#userFile();
  }

  /** The first of the system's files; `undefined` where there is none. */
  async #systemEntry(): Promise<string | undefined> {
    const folders = (this.#options.env("XDG_CONFIG_DIRS") || "/etc/xdg").split(":");
    for (const folder of folders.filter((path) => path.startsWith("/"))) {
      const text = await readEntry(`${folder}/${fileName}`);
      if (text !== undefined) return text;
    }
    return undefined;
  }
}

/** `exec` and `tryExec` as they are written. */
function values(exec: string, tryExec: string): Record<string, string> {
  return {
    Type: "Application",
    Name: "CloudToLocalLLM",
    Comment: "One address for local and cloud language models",
    Exec: exec,
    TryExec: tryExec,
    Terminal: "false",
    StartupNotify: "false",
    ...switched(true),
    [ourExec]: exec,
  };
}

/** GNOME has its own key beside that of the specification. */
function switched(on: boolean): Record<string, string> {
  return { Hidden: String(!on), "X-GNOME-Autostart-enabled": String(on) };
}

function isSwitchedOn(text: string): boolean {
  return entryValue(text, "Exec") !== undefined && entryValue(text, "Hidden") !== "true" &&
    entryValue(text, "X-GNOME-Autostart-enabled") !== "false";
}

/** Where TryExec leads nowhere the session starts nothing: the program was moved or removed. */
async function isProgramThere(text: string): Promise<boolean> {
  const program = unescapeValue(entryValue(text, "TryExec") ?? "");
  if (!program.startsWith("/")) return true;
  try {
    return (await Deno.stat(program)).isFile;
  } catch {
    return false;
  }
}

/** Whether a file is wholly as we wrote it: then nothing is lost with it. */
function isUntouched(text: string): boolean {
  const written = renderEntry(values(entryValue(text, "Exec") ?? "", entryValue(text, "TryExec") ?? ""));
  return text === written || text === withEntryValues(written, switched(false));
}

/** `undefined`: there is no such file. */
async function readEntry(path: string): Promise<string | undefined> {
  try {
    return await readSmallTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot read ${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
