import { dirname } from "@std/path/posix/dirname";
import { writeAtomic } from "../config/atomic_file.ts";
import { readSmallTextFile } from "../config/small_file.ts";
import { messageOf } from "../core/errors.ts";

export interface PortFileOptions {
  path: string;
  /** What it is to say. */
  port: number;
  /** Whether another daemon answers on a port. */
  isDaemonAt: (port: number) => Promise<boolean>;
}

/** Whose the file is now; `other`: of a daemon that lives. */
export type Claim = { kind: "ours" } | { kind: "other"; port: number };

/** The file by which apps find the daemon: its port as plain digits, for its user alone. */
export class PortFile {
  readonly #options: PortFileOptions;
  readonly #text: string;

  constructor(options: PortFileOptions) {
    this.#options = options;
    this.#text = `${options.port}`;
  }

  /**
   * Makes the file ours, unless it is that of another daemon that lives; one that a killed daemon left is replaced. May
   * be called again at any time. Throws when it cannot be written, and when others could put one in its place.
   */
  async claim(): Promise<Claim> {
    const { path, isDaemonAt } = this.#options;
    await prepareFolder(dirname(path));
    const text = await this.#read();
    if (text === this.#text) return { kind: "ours" };
    const port = portIn(text);
    if (port !== undefined && port !== this.#options.port && await isDaemonAt(port)) return { kind: "other", port };
    await writeAtomic(path, this.#text, { followLink: false });
    return { kind: "ours" };
  }

  /** Removes it if it is still ours. */
  async remove(): Promise<void> {
    try {
      if (await this.#read() === this.#text) await Deno.remove(this.#options.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #read(): Promise<string | undefined> {
    try {
      return await readSmallTextFile(this.#options.path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw new Error(`Cannot read ${this.#options.path}: ${messageOf(error)}`, { cause: error });
    }
  }
}

function portIn(text: string | undefined): number | undefined {
  const digits = text?.trim() ?? "";
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}

/** Makes the folder for its owner alone. One that is there stays as it is, but for others' leave to write in it. */
async function prepareFolder(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const mode = (await Deno.stat(folder)).mode ?? 0;
  // A umask of 002, with which the predecessor made it, is usual.
  if ((mode & 0o022) === 0) return;
  try {
    await Deno.chmod(folder, mode & 0o755);
  } catch (cause) {
    const bits = (mode & 0o777).toString(8);
    throw new Error(
      `Other users may write to ${folder} (mode ${bits}), and lead the app elsewhere; correct it with: chmod 700 ${folder}`,
      { cause },
    );
  }
}
