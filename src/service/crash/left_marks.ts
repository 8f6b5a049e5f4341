import { type Crash, crashOf, parseRunMark } from "./crash.ts";
import { markPattern, unfinishedMarkPattern } from "./run_marker.ts";

/** Larger than any mark. */
const maxBytes = 65_536;

/** The mark of a daemon that is gone. */
export interface LeftMark extends Disposable {
  crash: Crash;
  /** Once it was told of. */
  remove(): void;
}

/**
 * The marks of daemons that have ended without stopping; those of daemons that run are locked. To be disposed of at once:
 * as long as they are held nobody else sees them. `bootId`: that of the machine now.
 */
export function openLeftMarks(stateDir: string, bootId: string | null): LeftMark[] {
  return namesIn(stateDir)
    .filter((name) => markPattern.test(name) || unfinishedMarkPattern.test(name))
    .flatMap((name) => openLeft(`${stateDir}/${name}`, bootId) ?? []);
}

function openLeft(path: string, bootId: string | null): LeftMark | undefined {
  using cleanup = new DisposableStack();
  const file = openIfThere(path);
  if (!file) return undefined;
  cleanup.use(file);
  if (!file.tryLockSync(true)) return undefined;
  const { ino, mtime } = file.statSync();
  // Another daemon may have told of it and removed it just now.
  if (inodeOf(path) !== ino) return undefined;
  const remove = () => Deno.removeSync(path);
  if (path.endsWith(".new")) return void remove();
  const crash = crashOf(parseRunMark(textOf(file)), { lastAliveAt: inThePast(mtime), bootId });
  const held = cleanup.move();
  return { crash, remove, [Symbol.dispose]: () => held.dispose() };
}

/** A clock that was ahead, or a file that somebody made, says what cannot be: then it was now at the latest. */
function inThePast(mtime: Date | null): Date {
  const time = mtime?.getTime() ?? 0;
  return new Date(Number.isFinite(time) ? Math.min(time, Date.now()) : 0);
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function openIfThere(path: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function inodeOf(path: string): number | null {
  try {
    return Deno.lstatSync(path).ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function textOf(file: Deno.FsFile): string {
  const bytes = new Uint8Array(maxBytes);
  const length = file.readSync(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length));
}
