import type { RunMark } from "./crash.ts";

/** Names of marks in the state folder. */
export const markPattern = /^running-[0-9a-f]{8}\.json$/;

/** What a daemon that was killed while it made its mark leaves. */
export const unfinishedMarkPattern = /^running-[0-9a-f]{8}\.new$/;

/**
 * A file that is there as long as this daemon runs, and locked: the system takes the lock away with the process, however
 * that ends. So a mark without a lock is that of a crash, whoever has its process id by now.
 */
export class RunMarker implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #mark: RunMark;

  private constructor(path: string, file: Deno.FsFile, mark: RunMark) {
    this.#path = path;
    this.#file = file;
    this.#mark = mark;
  }

  /** Throws what the system says, also where it knows no locks. */
  static leave(stateDir: string, mark: RunMark): RunMarker {
    Deno.mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const path = `${stateDir}/running-${crypto.randomUUID().slice(0, 8)}`;
    // Locked before it has its name: a mark that can be seen is locked as long as its daemon lives.
    const unfinished = `${path}.new`;
    const file = Deno.openSync(unfinished, { createNew: true, read: true, write: true, mode: 0o600 });
    const marker = new RunMarker(`${path}.json`, file, mark);
    try {
      if (!file.tryLockSync(true)) throw new Error(`${unfinished} is locked by another process`);
      marker.#write();
      Deno.renameSync(unfinished, `${path}.json`);
      return marker;
    } catch (error) {
      file.close();
      removeIfThere(unfinished);
      throw error;
    }
  }

  /** The daemon is alive at this moment, in ms since 1970. */
  beat(now: number): void {
    this.#file.utimeSync(new Date(now), new Date(now));
  }

  /** Why the daemon is about to end. */
  note(error: string): void {
    this.#mark = { ...this.#mark, error };
    this.#write();
  }

  #write(): void {
    const bytes = new TextEncoder().encode(`${JSON.stringify(this.#mark)}\n`);
    this.#file.seekSync(0, Deno.SeekMode.Start);
    this.#file.truncateSync();
    for (let written = 0; written < bytes.length;) written += this.#file.writeSync(bytes.subarray(written));
  }

  /** The daemon ends as it should. */
  [Symbol.dispose](): void {
    removeIfThere(this.#path);
    this.#file.close();
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
