import { concat } from "@std/bytes/concat";

const newline = 0x0a;
const chunkBytes = 65_536;
/** What is longer was not written by a log, and is cut, in bytes. */
const longestLine = 1_048_576;

/** A file of lines that may grow while it is read. Its inode is nobody else's as long as it is open. */
export class WholeLines implements Disposable {
  readonly #file: Deno.FsFile;
  #offset = 0;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** `undefined` when there is no such file. */
  static open(path: string): WholeLines | undefined {
    try {
      // Opening a pipe would wait for its writer.
      if (!Deno.statSync(path).isFile) return undefined;
      return new WholeLines(Deno.openSync(path));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  get inode(): number {
    return this.#file.statSync().ino ?? 0;
  }

  /** When it was last written to, in ms since 1970. */
  get changedAt(): number {
    return this.#file.statSync().mtime?.getTime() ?? 0;
  }

  /** What was added since the last call, in lines without their ends; one that has no end yet is left for later. */
  *added(): Generator<string[]> {
    // Somebody has emptied it.
    if (this.#file.statSync().size < this.#offset) this.#offset = 0;
    this.#file.seekSync(this.#offset, Deno.SeekMode.Start);
    const chunk = new Uint8Array(chunkBytes);
    let begun = new Uint8Array();
    for (let read = this.#file.readSync(chunk); read !== null; read = this.#file.readSync(chunk)) {
      const bytes = concat([begun, chunk.subarray(0, read)]);
      const newlineAt = bytes.lastIndexOf(newline);
      const isCut = newlineAt < 0 && bytes.length >= longestLine;
      const end = isCut ? bytes.length : newlineAt + 1;
      begun = bytes.slice(end);
      if (end === 0) continue;
      this.#offset += end;
      yield new TextDecoder().decode(bytes.subarray(0, isCut ? end : newlineAt)).split("\n");
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
