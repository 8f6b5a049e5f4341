import { dirname } from "@std/path/posix/dirname";
import { writeAtomic } from "../config/atomic_file.ts";
import { ownUid } from "../config/own_uid.ts";
import { readSmallTextFile } from "../config/small_file.ts";
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
   * Writes it; `undefined` when that of another daemon is there, which still runs: commands go on reaching that one.
   *
   * Throws when it cannot be written, and when others could put something in its place.
   */
  static async write(path: string, content: ControlFileContent): Promise<ControlFile | undefined> {
    const folder = dirname(path);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await checkOwnFolder(folder);
    if (await isOtherRunning(path)) return undefined;
    const file = new ControlFile(path, JSON.stringify(content, null, 2) + "\n");
    // One that a killed daemon was writing has its token in it.
    const options = { followLink: false, leftoverAfterMs: 0 };
    await writeAtomic(path, file.#text, options).catch(async (error) => {
      // Another daemon that starts at this moment has taken ours away.
      if (!(error instanceof Error && error.cause instanceof Deno.errors.NotFound)) throw error;
      await writeAtomic(path, file.#text, options);
    });
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

/** Only the daemon that wrote the file knows its token: another one, or ourselves, on the same port does not count. */
async function isOtherRunning(path: string): Promise<boolean> {
  try {
    const { url, token } = JSON.parse(await readSmallTextFile(path));
    const response = await fetch(`${url}/control/v1/mode`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(withinMs),
      redirect: "error",
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // No file, or one that a killed daemon left.
    return false;
  }
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

/** Programs are served also where commands cannot reach the daemon: that is only told. */
export async function leaveControlFile(
  path: string,
  content: ControlFileContent,
  log: Log,
): Promise<ControlFile | undefined> {
  try {
    const controlFile = await ControlFile.write(path, content);
    if (!controlFile) log.warn("Another daemon runs; commands go on reaching that one", { controlFile: path });
    return controlFile;
  } catch (error) {
    log.warn("Commands cannot reach this daemon, for it could not leave control.json", { reason: messageOf(error) });
    return undefined;
  }
}
