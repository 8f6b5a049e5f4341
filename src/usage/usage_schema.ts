import type { DatabaseSync } from "node:sqlite";

/** Marks the file as ours: "CTLU". */
const applicationId = 0x43544c55;

/**
 * Each step brings the database from the version of its index to the next. Steps are only added, never changed.
 *
 * `requests` has a row for each request. `hours` and `first_bytes` are their sums, written in the same transaction, so
 * that months are read without reading every row. A name that is empty stands for none.
 */
const migrations = [
  `CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    app TEXT NOT NULL,
    dialect TEXT NOT NULL,
    operation TEXT NOT NULL,
    model TEXT NOT NULL,
    backend TEXT NOT NULL,
    location TEXT NOT NULL,
    attempts TEXT NOT NULL,
    reason TEXT,
    failed_over INTEGER NOT NULL,
    first_byte_ms REAL,
    first_byte_step INTEGER,
    duration_ms REAL NOT NULL,
    tokens_in INTEGER,
    tokens_out INTEGER,
    outcome TEXT NOT NULL,
    status INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX requests_by_time ON requests (at);
  CREATE TABLE hours (
    by TEXT NOT NULL,
    name TEXT NOT NULL,
    location TEXT NOT NULL,
    hour INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    failed_over INTEGER NOT NULL,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL,
    uncounted INTEGER NOT NULL,
    PRIMARY KEY (by, name, location, hour)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE first_bytes (hour INTEGER PRIMARY KEY, counts BLOB NOT NULL) STRICT;`,
];

export const schemaVersion = migrations.length;

/** The file is not a record of use that this program can go on with. */
export class UnfitDatabase extends Error {
  override readonly name = "UnfitDatabase";
  /** newer: of a later version of this program. foreign: something else. */
  readonly kind: "newer" | "foreign";

  constructor(kind: "newer" | "foreign") {
    super(kind === "newer" ? "it was written by a newer version of this program" : "it is another program's database");
    this.kind = kind;
  }
}

/** Brings the database to the current version. Throws {@linkcode UnfitDatabase} when that cannot be done. */
export function migrate(db: DatabaseSync): void {
  if (checkedVersion(db) === schemaVersion) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    // Another daemon may have been quicker.
    for (const step of migrations.slice(checkedVersion(db))) db.exec(step);
    db.exec(`PRAGMA user_version = ${schemaVersion}; PRAGMA application_id = ${applicationId}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** The version that the database has, 0 for an empty one. */
export function checkedVersion(db: DatabaseSync): number {
  const version = pragma(db, "user_version");
  const isEmpty = version === 0 && db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (!isEmpty && pragma(db, "application_id") !== applicationId) throw new UnfitDatabase("foreign");
  if (version > schemaVersion) throw new UnfitDatabase("newer");
  return version;
}

function pragma(db: DatabaseSync, name: "user_version" | "application_id"): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()![name]);
}
