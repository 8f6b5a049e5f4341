import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ProblemKind, problemKind, problemWords } from "./usage_problem.ts";
import { UnfitDatabase } from "./usage_schema.ts";

const kinds: [error: unknown, kind: ProblemKind][] = [
  [new Error("file is not a database"), "damaged"],
  [new Error("database disk image is malformed"), "damaged"],
  [new UnfitDatabase("foreign"), "damaged"],
  [new UnfitDatabase("newer"), "newer"],
  [new Error("database or disk is full"), "full"],
  [new Error("No space left on device (os error 28)"), "full"],
  [new Error("database is locked"), "locked"],
  [new Error("attempt to write a readonly database"), "read_only"],
  [new Error("unable to open database file"), "read_only"],
  [new Deno.errors.PermissionDenied("Permission denied (os error 13)"), "read_only"],
  [new Error("Read-only file system (os error 30)"), "read_only"],
  [new Error("disk I/O error"), "other"],
  ["text", "other"],
];

Deno.test("problemKind() tells by SQLite's and the system's words what is wrong", () => {
  for (const [error, kind] of kinds) assertEquals(problemKind(error), kind, String(error));
});

Deno.test("problemWords() names the file and what to do", () => {
  for (const [error, kind] of kinds) {
    assertStringIncludes(problemWords(kind, { path: "/state/usage.db", error }), "/state/usage.db");
  }
});
