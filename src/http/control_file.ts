import { dirname } from "@std/path/posix/dirname";
import { writeAtomic } from "../config/atomic_file.ts";
import { ownUid } from "../config/own_uid.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import { type Clock, sleep } from "../core/clock.ts";
import { isDaemonAt } from "../core/daemon_proof.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";

/** What the command line and apps need to reach the daemon. */
export interface ControlFileContent {
  url: string;
  token: string;
  pid: number;
  version: string;
}

/** `control.json`, readable by its user only, there as long as the daemon runs. */
export class ControlFile {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /**
   * Writes it, or tells where another daemon is whose file is there and that still runs: commands go on reaching that
   * one. Of daemons that start at once one writes it, and the others find that.
   *
   * Throws when it cannot be written, and when others could put something in its place.
   */
  static async write(path: string, content: ControlFileContent, clock: Clock): Promise<ControlFile | OtherDaemon> {
    const folder = dirname(path);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await checkOwnFolder(folder);
    using _turn = await ownTurn(folder, clock);
    const other = await otherRunning(path);
    if (other !== undefined) return new OtherDaemon(other);
    const file = new ControlFile(path, JSON.stringify(content, null, 2) + "\n");
    // One that a killed daemon was writing has its token in it.
    await writeAtomic(path, file.#text, { followLink: false, leftoverAfterMs: 0 });
    return file;
  }

  /** Removes it, unless another daemon has put its own there meanwhile. */
  async remove(): Promise<void> {
    try {
      if (await readSmallTextFile(this.#path) === this.#text) await Deno.remove(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Patience with another daemon, in ms. */
const withinMs = 500;

/** Where it is. Only the daemon that wrote the file knows its token: another one, or ourselves, on the same port does not count. */
async function otherRunning(path: string): Promise<string | undefined> {
  try {
    const { url, token } = JSON.parse(await readSmallTextFile(path));
    return await isDaemonAt(url, token, { signal: AbortSignal.timeout(withinMs) }) ? url : undefined;
  } catch {
    // No file, or one that a killed daemon left.
    return undefined;
  }
}

/** Patience with others that write, and how often they are looked at, in ms. */
const turn = { withinMs: 2_000, everyMs: 20 };

/**
 * Keeps others that write there waiting until it is disposed, by a lock on the folder, of which nothing is left. Who
 * holds it for too long, or a file system without locks, keeps nobody from writing.
 */
async function ownTurn(folder: string, clock: Clock): Promise<Disposable> {
  const opened = await Deno.open(folder);
  try {
    const until = clock.monotonic() + turn.withinMs;
    while (!await opened.tryLock(true) && clock.monotonic() < until) await sleep(turn.everyMs, { clock });
  } catch {
    // It knows no locks.
  }
  return { [Symbol.dispose]: () => opened.close() };
}

/** Throws unless the folder is ours and only we may change what is in it. */
async function checkOwnFolder(folder: string): Promise<void> {
  const { mode, uid } = await Deno.stat(folder);
  const bits = (mode ?? 0) & 0o777;
  if ((bits & 0o022) !== 0) {
    throw new Error(
      `other users may write to ${folder} (mode ${bits.toString(8)}); correct it with: chmod 700 ${folder}`,
    );
  }
  if (uid !== await ownUid(folder)) {
    throw new Error(`${folder} belongs to another user; set XDG_RUNTIME_DIR to your own`);
  }
}

/** The daemon whose file is there. */
export class OtherDaemon {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }
}

/** Programs are served also where commands cannot reach the daemon: that is only told. */
export async function leaveControlFile(
  path: string,
  content: ControlFileContent,
  { log, clock }: { log: Log; clock: Clock },
): Promise<ControlFile | OtherDaemon | undefined> {
  try {
    return await ControlFile.write(path, content, clock);
  } catch (error) {
    log.warn("Commands cannot reach this daemon, for it could not leave control.json", { reason: messageOf(error) });
    return undefined;
  }
}
