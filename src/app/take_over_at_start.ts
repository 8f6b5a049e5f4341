import type { Log } from "../core/log.ts";
import { diskFiles, factsOf } from "../migration/disk_files.ts";
import { isAsLeft, type Marker, readMarker } from "../migration/marker.ts";
import { lockMigration } from "../migration/migration_lock.ts";
import { oldFileOf } from "../migration/old_file.ts";
import type { FileFacts, MigrationPaths } from "../migration/ports.ts";
import type { MigrationReport, MigrationStep } from "../migration/report.ts";
import { takeOver } from "../migration/take_over.ts";
import type { DaemonOptions, Ground } from "./ground.ts";
import { tokenVault } from "./token_vault.ts";

/** How long the homes of secrets may take altogether, in ms. */
const secretsMs = 1_500;

/** Takes over the predecessor's settings where there are none of ours, or where that was begun and not finished. */
export async function takeOverAtStart(options: DaemonOptions, ground: Ground): Promise<void> {
  const { env, paths: { configFile, stateDir } } = options;
  const oldFile = oldFileOf(env);
  const old = oldFile && await factsOf(oldFile);
  if (!oldFile || !old) return;
  const marker = await readMarker(stateDir);
  const what = whatToDo(old, marker, await factsOf(configFile) !== undefined);
  if (what === "nothing") return;
  if (what === "tell") {
    return ground.log.info("The predecessor has settings; take them over with: cloudtolocalllm migrate", {
      file: oldFile,
    });
  }
  await run({ oldFile, configFile, stateDir }, { marker, ground });
}

/** Pure. `tell`: there is a configuration that the user made, so that they have to say what they want. */
export function whatToDo(old: FileFacts, marker: Marker | undefined, hasConfig: boolean): "nothing" | "tell" | "take" {
  if (marker?.state === "started") return "take";
  if (marker && isAsLeft(marker, old)) return "nothing";
  return hasConfig ? "tell" : "take";
}

async function run(
  paths: MigrationPaths,
  { marker, ground }: { marker: Marker | undefined; ground: Ground },
): Promise<void> {
  const { clock, log } = ground;
  using lock = await lockMigration(paths.stateDir);
  if (!lock) return log.warn("The settings of the predecessor are being taken over by another process");
  const late = new AbortController();
  const cancel = clock.after(secretsMs, () => late.abort(new Error("the keyring does not answer in time")));
  try {
    const ports = { files: diskFiles({ clock }), vault: lazyVault(ground, late.signal), ownUid: lock.ownUid };
    const report = await takeOver(ports, { paths, marker, onStep: (step) => logStep(log, step) });
    logRest(log, report);
  } finally {
    cancel();
  }
}

/** What speaks to keyrings is loaded only where there is a token. */
function lazyVault({ secrets }: Ground, signal: AbortSignal): ReturnType<typeof tokenVault> {
  const open = async () =>
    tokenVault({ homes: await secrets.homes(), mayPrompt: false, signal, hide: (value) => secrets.hide(value) });
  return {
    read: async (name) => (await open()).read(name),
    keep: async (name, value) => (await open()).keep(name, value),
    place: async () => (await open()).place(),
  };
}

function logStep(log: Log, { state, text }: MigrationStep): void {
  if (state === "left") log.warn(text);
  else if (state === "done") log.info(text);
}

function logRest(log: Log, { outcome, notCarriedOver }: MigrationReport): void {
  for (const { path, reason } of notCarriedOver) log.info("Not carried over from the predecessor", { path, reason });
  if (outcome === "left") log.warn("Finish taking over from the predecessor with: cloudtolocalllm migrate");
}
