import { dirname } from "@std/path/posix/dirname";
import { asideNumbers, asidePath } from "./log_files.ts";

/** How large a log may become, and how many earlier ones are kept beside it. */
export interface LogLimits {
  maxBytes: number;
  keep: number;
}

export interface AppendOptions extends LogLimits {
  /** Whether the last write may have left a line without its end. */
  mayBeTorn?: boolean;
}

const encoder = new TextEncoder();

/**
 * Appends a line, its end included, as one write; before that a file that would become too large is set aside. The file
 * is opened each time (about 5 µs): one that somebody moved or deleted is simply made again, and nothing is held.
 *
 * Several processes may do this to one file: each write appends (O_APPEND), and who sets the file aside holds a lock on
 * it. Throws what the system says, and where the path is no file; it never waits.
 */
export function appendLine(path: string, line: string, { mayBeTorn = false, ...limits }: AppendOptions): void {
  const bytes = encoder.encode(line);
  const size = sizeOf(path);
  if (size === undefined) provideFolder(dirname(path));
  else if (size > 0 && size + bytes.length > limits.maxBytes) unlessGone(() => setAside(path, size, limits.keep));
  using file = Deno.openSync(path, { append: true, create: true, read: mayBeTorn, mode: 0o600 });
  if (mayBeTorn && isTorn(file)) writeAll(file, encoder.encode("\n"));
  writeAll(file, bytes);
}

/** `undefined`: there is none. Looked at before it is opened, for opening a pipe waits for who reads it. */
function sizeOf(path: string): number | undefined {
  try {
    const { isFile, size, mode } = Deno.lstatSync(path);
    if (!isFile) throw new Error(`${path} is no file but a link or a folder; move it away`);
    if (mode !== null && (mode & 0o077) !== 0) Deno.chmodSync(path, 0o600);
    return size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function provideFolder(folder: string): void {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode } = Deno.statSync(folder);
  if (mode !== null && (mode & 0o077) !== 0) Deno.chmodSync(folder, 0o700);
}

/** Where another process is at it already, that is left to it. */
function setAside(path: string, size: number, keep: number): void {
  using file = Deno.openSync(path, { append: true });
  if (!file.tryLockSync(true)) return;
  // Since it was looked at another process may have set it aside: what is there now is the new one.
  const now = Deno.lstatSync(path);
  if (now.ino !== file.statSync().ino || now.size < size) return;
  for (const number of asideNumbers(path).reverse()) {
    const aside = asidePath(path, number);
    if (number >= keep) Deno.removeSync(aside);
    else Deno.renameSync(aside, asidePath(path, number + 1));
  }
  if (keep === 0) Deno.removeSync(path);
  else Deno.renameSync(path, asidePath(path, 1));
}

/** What another process or the user takes away at the same time needs no setting aside. */
function unlessGone(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function isTorn(file: Deno.FsFile): boolean {
  if (file.statSync().size === 0) return false;
  file.seekSync(-1, Deno.SeekMode.End);
  const last = new Uint8Array(1);
  return file.readSync(last) === 1 && last[0] !== 0x0a;
}

/** A full disk takes a part and refuses the rest. */
function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}
