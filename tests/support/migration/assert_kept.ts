import { assert, assertEquals } from "@std/assert";
import { parseOldSettings } from "../../../src/migration/old_settings.ts";
import type { MigrationHome } from "./migration_home.ts";
import type { OldFileCase } from "./old_files.ts";

/**
 * What holds at every moment of a migration: the token is in its new home or in the old file; the old file has all the
 * rest as it was; the new configuration is whole or not there.
 */
export async function assertKept(
  home: MigrationHome,
  { text, token, isUsable }: OldFileCase,
  kept: string | undefined,
  when: string,
): Promise<void> {
  const old = await home.old();
  assertEquals(masked(old, token), masked(text, token), `${when}: the rest of the old file`);
  if (token !== undefined) {
    assert(kept === token || await home.tokenInOld() === token, `${when}: the token is in neither place`);
  }
  const backends = await home.backends();
  if (backends === undefined) return;
  assert(isUsable, `${when}: there is a configuration of nothing`);
  const parsed = parseOldSettings(text);
  assert(parsed.kind === "settings");
  const { local, cloud } = parsed.settings;
  assertEquals(backends, [local.url, cloud!.url], `${when}: the new configuration`);
}

/** What holds in the end. */
export async function assertFinished(
  home: MigrationHome,
  { text, token, isUsable, isReadOnly = false }: OldFileCase,
  kept: string | undefined,
  when: string,
): Promise<void> {
  assertEquals(await home.backends() !== undefined, isUsable, `${when}: a configuration`);
  assertEquals(kept, isUsable ? token : undefined, `${when}: the token in its new home`);
  const expected = isUsable && token !== undefined && !isReadOnly ? masked(text, token) : text;
  assertEquals(await home.old(), expected, `${when}: the old file`);
}

function masked(text: string, token: string | undefined): string {
  return token === undefined ? text : text.replace(JSON.stringify(token), '""');
}
