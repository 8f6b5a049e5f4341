import { diskFiles } from "../../../src/migration/disk_files.ts";
import { readMarker } from "../../../src/migration/marker.ts";
import type { MigrationPorts, TokenVault } from "../../../src/migration/ports.ts";
import type { MigrationReport } from "../../../src/migration/report.ts";
import { takeOver, type TakeOverOptions } from "../../../src/migration/take_over.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { MigrationHome } from "./migration_home.ts";

/** A migration of a test's home, with real files; `wrap` puts itself between it and them. */
export async function migrateInTest(
  { paths }: MigrationHome,
  vault: TokenVault,
  { wrap = (ports) => ports, ...options }: Partial<TakeOverOptions> & {
    wrap?: (ports: MigrationPorts) => MigrationPorts;
  } = {},
): Promise<MigrationReport> {
  const ports = { files: diskFiles({ clock: systemClock }), vault, ownUid: Deno.uid() };
  const marker = await readMarker(paths.stateDir);
  return await takeOver(wrap(ports), { paths, marker, ...options });
}

/** The steps as `step state`. */
export function stepsOf({ steps }: MigrationReport): string[] {
  return steps.map(({ step, state }) => `${step} ${state}`);
}
