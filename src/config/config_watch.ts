import { dirname } from "@std/path/posix/dirname";
import { resolve } from "@std/path/posix/resolve";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { linkTarget } from "./atomic_file.ts";

const debounceMs = 100;
/** How often to look when the system cannot watch (such as when its inotify watches are used up). */
const pollMs = 10_000;

export interface ConfigWatchOptions {
  path: string;
  clock: Clock;
  log: Log;
  /** Called after a change; must not throw. */
  onChange: () => Promise<void>;
}

/**
 * Tells when a file may have changed. Watched are folders, for editors replace a file by renaming another one over it:
 * the file's own, and where the file is a link also that of its target. Of a folder that does not exist, the nearest
 * one above it that does is watched; each change arms the watch anew, so it moves down as folders appear and up as
 * they go.
 */
export class ConfigWatch {
  readonly #options: ConfigWatchOptions;
  #watcher: Deno.FsWatcher | undefined;
  #pumps = new Set<Promise<void>>();
  #cycle: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => {};
  #warned = false;
  #closed = false;

  private constructor(options: ConfigWatchOptions) {
    this.#options = options;
  }

  /** Resolves once every later change will be seen. */
  static async start(options: ConfigWatchOptions): Promise<ConfigWatch> {
    const watch = new ConfigWatch(options);
    await watch.#arm();
    return watch;
  }

  /** Looks again after `ms`, in place of an earlier look that waits. */
  lookAfter(ms: number): void {
    if (this.#closed) return;
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(ms, () => {
      this.#cycle = this.#cycle.then(() => this.#look());
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer();
    this.#watcher?.close();
    this.#watcher = undefined;
    await this.#cycle;
    await Promise.all(this.#pumps);
  }

  async #look(): Promise<void> {
    await this.#arm();
    if (!this.#closed) await this.#options.onChange();
  }

  async #arm(): Promise<void> {
    if (this.#closed) return;
    const { path, log } = this.#options;
    try {
      const files = new Set([resolve(path), await linkTarget(path)]);
      const folders = await Promise.all([...files].map((file) => nearestFolder(dirname(file))));
      if (this.#closed) return;
      const watcher = Deno.watchFs([...new Set(folders)], { recursive: false });
      this.#watcher?.close();
      this.#watcher = watcher;
      this.#pump(watcher, [...files]);
    } catch (error) {
      if (!this.#warned) {
        log.warn("Cannot watch the configuration file; looking every 10 s", { error: messageOf(error) });
      }
      this.#warned = true;
      this.lookAfter(pollMs);
    }
  }

  #pump(watcher: Deno.FsWatcher, files: string[]): void {
    const pump = (async () => {
      for await (const event of watcher) {
        if (isAbout(event, files)) this.lookAfter(debounceMs);
      }
    })().catch(() => this.lookAfter(pollMs)).finally(() => this.#pumps.delete(pump));
    this.#pumps.add(pump);
  }
}

/** Whether an event concerns one of the files or a folder on the way to it. Reading is no change. */
function isAbout(event: Deno.FsEvent, files: string[]): boolean {
  if (event.kind === "access") return false;
  if (event.flag === "rescan") return true;
  return event.paths.some((path) => files.some((file) => file === path || file.startsWith(`${path}/`)));
}

async function nearestFolder(path: string): Promise<string> {
  for (let folder = path;; folder = dirname(folder)) {
    const info = await Deno.stat(folder).catch(() => undefined);
    if (info?.isDirectory || folder === "/") return folder;
  }
}
