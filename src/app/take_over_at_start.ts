import type { Log } from "../core/log.ts";
import { diskFiles, factsOf } from "../migration/disk_files.ts";
import { isAsLeft, type Marker, readMarker } from "../migration/marker.ts";
import { lockMigration } from "../migration/migration_lock.ts";
import { oldFileOf } from "../migration/old_file.ts";
import type { FileFacts, MigrationPaths } from "../migration/ports.ts";
import type { MigrationReport, MigrationStep } from "../migration/report.ts";
import { takeOver } from "../migration/take_over.ts";
import { SecretError } from "../state/secrets.ts";
import type { DaemonOptions, Ground } from "./ground.ts";
import { finishTakingOver } from "./finish_taking_over.ts";
import { tokenVault } from "./token_vault.ts";

/** How long the homes of secrets may take altogether, in ms. */
const secretsMs = 1_500;

/**
 * Takes over the predecessor's settings where there are none of ours, or where that was begun and not finished. Where
 * the keyring does not take the token now, what is returned waits for it until it is disposed.
 */
export async function takeOverAtStart(options: DaemonOptions, ground: Ground): Promise<AsyncDisposable | undefined> {
  const { env, paths: { configFile, stateDir } } = options;
  const oldFile = oldFileOf(env);
  const old = oldFile && await factsOf(oldFile);
  if (!oldFile || !old) return undefined;
  const what = whatToDo(old, await readMarker(stateDir), await factsOf(configFile) !== undefined);
  if (what === "nothing") return undefined;
  const { log } = ground;
  if (what === "tell") {
    const advice = "The predecessor has settings; take them over with: cloudtolocalllm migrate";
    log.info(advice, { file: oldFile });
    return undefined;
  }
  const paths = { oldFile, configFile, stateDir };
  const report = await run(paths, ground, (step) => logStep(log, step));
  if (!report) {
    log.warn("The settings of the predecessor are being taken over by another process");
    return undefined;
  }
  logRest(log, report);
  if (!keyringTrouble(report)) return undefined;
  // What could not be done was told; now only what is done.
  const again = () => run(paths, ground, (step) => step.state === "done" && logStep(log, step));
  return await finishTakingOver(ground, async () => keyringTrouble(await again()));
}

/** Pure. `tell`: there is a configuration that the user made, so that they have to say what they want. */
export function whatToDo(
  old: Pick<FileFacts, "size" | "mtimeMs">,
  marker: Marker | undefined,
  hasConfig: boolean,
): "nothing" | "tell" | "take" {
  if (marker?.state === "started") return "take";
  if (marker && isAsLeft(marker, old)) return "nothing";
  return hasConfig ? "tell" : "take";
}

/** `undefined`: another process does it. */
async function run(
  paths: MigrationPaths,
  ground: Ground,
  onStep: (step: MigrationStep) => void,
): Promise<MigrationReport | undefined> {
  const { clock } = ground;
  using lock = await lockMigration(paths.stateDir);
  if (!lock) return undefined;
  const late = new AbortController();
  const cancel = clock.after(secretsMs, () => late.abort(new SecretError("failed", "The keyring is too slow")));
  try {
    const ports = { files: diskFiles({ clock }), vault: lazyVault(ground, late.signal), ownUid: lock.ownUid };
    return await takeOver(ports, { paths, marker: await readMarker(paths.stateDir), onStep });
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

/** Whether the token is left for a reason that a keyring which is unlocked, starts or recovers would end. */
function keyringTrouble(report: MigrationReport | undefined): "waits" | "failed" | undefined {
  const code = report?.steps.find(({ step, state }) => step === "token" && state === "left")?.code;
  if (code === "failed") return "failed";
  return code === "locked" || code === "no_keyring" || code === "needs_consent" ? "waits" : undefined;
}

function logStep(log: Log, { state, text }: MigrationStep): void {
  if (state === "left") log.warn(text);
  else if (state === "done") log.info(text);
}

function logRest(log: Log, { outcome, notCarriedOver }: MigrationReport): void {
  for (const { path, reason } of notCarriedOver) log.info("Not carried over from the predecessor", { path, reason });
  if (outcome === "left") log.warn("Finish taking over from the predecessor with: cloudtolocalllm migrate");
}
