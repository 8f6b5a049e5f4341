import type { ConfigProblem } from "./config_error.ts";
import { shownValue } from "./looks_secret.ts";

/** A configuration as an object whose shape is not checked yet. */
export type RawConfig = Record<string, unknown>;

/** Takes a file of the version under which it is listed to the next one. Must not change what it is given. */
export type Migration = (input: RawConfig) => RawConfig;

/** The version this program writes. */
export const currentVersion = 1;

/** By the version they start from. Version 1 is the first, so there is none yet. */
export const migrations: Readonly<Record<number, Migration>> = {};

export type MigrationResult = { ok: true; input: RawConfig } | { ok: false; problem: ConfigProblem };

/** Brings a configuration to `latest`, one version at a time. */
export function migrate(
  input: RawConfig,
  { table = migrations, latest = currentVersion }: { table?: typeof migrations; latest?: number } = {},
): MigrationResult {
  const refuse = (reason: string): MigrationResult => ({
    ok: false,
    problem: { path: "version", reason, value: input.version === undefined ? "" : shownValue(input.version) },
  });
  const { version } = input;
  if (version === undefined) return refuse(`is missing; add "version": ${latest}`);
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) return refuse(`must be ${latest}`);
  if (version > latest) {
    return refuse(`the file is of a newer program; this one knows version ${latest}: update it, or use an older file`);
  }
  let migrated = input;
  for (let from = version; from < latest; from++) {
    const step = table[from];
    if (!step) return refuse(`is too old; this program knows version ${latest}`);
    migrated = { ...step(migrated), version: from + 1 };
  }
  return { ok: true, input: migrated };
}
