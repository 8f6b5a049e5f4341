import { isSince } from "./line_time.ts";
import { asideNumbers, asidePath } from "./log_files.ts";
import { WholeLines } from "./whole_lines.ts";

/** Which lines are wanted of those that are there. */
export interface LogSelection {
  /** Those from this moment on, in ms since 1970. */
  since?: number;
  /** The last so many. */
  last?: number;
}

/**
 * Reads a log over the boundaries of its files, also while they are set aside: first {@linkcode LogReader.past}, then
 * {@linkcode LogReader.added} again and again. No line comes twice or is left out, as long as its file is kept.
 */
export class LogReader implements Disposable {
  readonly #path: string;
  /** The newest file that was read. */
  #newest: WholeLines | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether a log was found. */
  get exists(): boolean {
    return this.#newest !== undefined;
  }

  /** The lines that are there, the oldest first. To be read to its end, once. */
  *past({ since, last }: LogSelection = {}): Generator<string[]> {
    using files = new DisposableStack();
    const newestFirst = this.#open((file, isNewest) => since !== undefined && !isNewest && file.changedAt < since);
    newestFirst.slice(1).forEach((file) => files.use(file));
    this.#newest = newestFirst[0];
    if (last !== undefined) return yield lastLines(newestFirst, { since, last });
    const isWanted = isSince(since);
    for (const file of newestFirst.reverse()) {
      for (const lines of file.added()) yield lines.filter(isWanted);
    }
  }

  /** The lines that came since the last call. To be read to its end. */
  *added(): Generator<string[]> {
    const known = this.#newest;
    if (known) yield* known.added();
    const newer = this.#newer(known);
    if (newer.length === 0) return;
    // Between both looks the known one may have got its last lines and been set aside.
    if (known) yield* known.added();
    known?.[Symbol.dispose]();
    this.#newest = newer[0];
    using files = new DisposableStack();
    newer.slice(1).forEach((file) => files.use(file));
    for (const file of newer.reverse()) yield* file.added();
  }

  [Symbol.dispose](): void {
    this.#newest?.[Symbol.dispose]();
  }

  /** Files that are newer than the known one, the newest first. */
  #newer(known: WholeLines | undefined): WholeLines[] {
    if (!known) return this.#open(() => false);
    const { inode, changedAt } = known;
    let isFound = false;
    const files = this.#open((file) => isFound = isFound || file.inode === inode);
    // It was deleted: what was set aside before it is known as well.
    const newer = isFound ? files : files.filter((file) => file.changedAt > changedAt);
    for (const file of files) if (!newer.includes(file)) file[Symbol.dispose]();
    return newer;
  }

  /** The files, the newest first, up to the first that is not wanted any more. */
  #open(isEnough: (file: WholeLines, isNewest: boolean) => boolean): WholeLines[] {
    const files: WholeLines[] = [];
    const paths = [this.#path, ...asideNumbers(this.#path).map((number) => asidePath(this.#path, number))];
    for (const path of paths) {
      const file = WholeLines.open(path);
      if (!file) continue;
      const isEnd = isEnough(file, files.length === 0);
      // One that was set aside meanwhile is met again.
      if (!isEnd && !files.some(({ inode }) => inode === file.inode)) files.push(file);
      else file[Symbol.dispose]();
      if (isEnd) break;
    }
    return files;
  }
}

/** The last `count` of both. */
function endOf(before: readonly string[], after: readonly string[], count: number): string[] {
  return count === 0 ? [] : [...before, ...after].slice(-count);
}

function lastLines(newestFirst: readonly WholeLines[], { since, last }: { since?: number; last: number }): string[] {
  let found: string[] = [];
  for (const file of newestFirst) {
    const isWanted = isSince(since);
    let own: string[] = [];
    for (const lines of file.added()) own = endOf(own, lines.filter(isWanted), last);
    found = endOf(own, found, last);
    if (found.length >= last) break;
  }
  return found;
}
