import { dirname } from "@std/path/posix/dirname";
import { messageOf } from "../core/errors.ts";
import { UnfitDatabase } from "./usage_schema.ts";

/** What a failure of the database is. SQLite's words are all that node:sqlite tells of it. */
export type ProblemKind = "damaged" | "full" | "locked" | "read_only" | "newer" | "other";

const words: [pattern: RegExp, kind: ProblemKind][] = [
  [/file is not a database|disk image is malformed|malformed database schema|file is encrypted/, "damaged"],
  [/database or disk is full|no space left|quota/i, "full"],
  [/database (table |schema )?is locked/, "locked"],
  [
    /readonly database|unable to open database file|permission denied|read-only|not a directory|file exists/i,
    "read_only",
  ],
];

export function problemKind(error: unknown): ProblemKind {
  if (error instanceof UnfitDatabase) return error.kind === "newer" ? "newer" : "damaged";
  const message = messageOf(error);
  return words.find(([pattern]) => pattern.test(message))?.[1] ?? "other";
}

/** The sentence for the user: what does not work, why, and what to do. Pure. */
export function problemWords(kind: ProblemKind, { path, error }: { path: string; error: unknown }): string {
  const what = "Requests are not recorded";
  switch (kind) {
    case "full":
      return `${what}: no space is left for ${path}; free some, and it goes on by itself`;
    case "locked":
      return `${what}: another program keeps ${path} locked; close it, and it goes on by itself`;
    case "read_only":
      return `${what}: ${path} cannot be written; make it and its folder ${dirname(path)} writable for you`;
    case "newer":
      return `${what}: ${path} was written by a newer version of this program; update it, or move the file away`;
    default:
      return `${what}: ${path} cannot be used: ${messageOf(error)}`;
  }
}
