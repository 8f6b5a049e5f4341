import { writeAtomic } from "../config/atomic_file.ts";

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

  /** Writes it; `undefined` when that of another daemon is there, which still runs: commands go on reaching that one. */
  static async write(path: string, content: ControlFileContent): Promise<ControlFile | undefined> {
    if (await isOtherRunning(path)) return undefined;
    const file = new ControlFile(path, JSON.stringify(content, null, 2) + "\n");
    await writeAtomic(path, file.#text);
    return file;
  }

  /** Removes it, unless another daemon has put its own there meanwhile. */
  async remove(): Promise<void> {
    try {
      if (await Deno.readTextFile(this.#path) === this.#text) await Deno.remove(this.#path);
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
    const { url, token } = JSON.parse(await Deno.readTextFile(path));
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
