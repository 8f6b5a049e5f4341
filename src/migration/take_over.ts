import { renderConfig } from "../config/config_file.ts";
import { messageOf } from "../core/errors.ts";
import { isAsLeft, type Marker, markerPath, renderMarker } from "./marker.ts";
import { addMissing, compare } from "./new_backends.ts";
import { type OldSettings, parseOldSettings } from "./old_settings.ts";
import type { FileFacts, MigrationPaths, MigrationPorts } from "./ports.ts";
import { type MigrationReport, type MigrationStep, outcomeOf } from "./report.ts";
import { planSettings, type SettingsPlan } from "./settings_plan.ts";
import { withoutToken } from "./without_token.ts";

export interface TakeOverOptions {
  paths: MigrationPaths;
  /** Nothing is changed; the steps say what would be. */
  isDryRun?: boolean;
  /** Add what is missing to a configuration that is there. */
  merge?: boolean;
  /** The predecessor's token counts more than another that is kept under its name. */
  replaceToken?: boolean;
  /** How far an earlier migration has come. */
  marker?: Marker;
  /** Told each step when it is over. */
  onStep?: (step: MigrationStep) => void;
}

/**
 * Takes the predecessor's settings and token over. Every step can be the last one: until the token was read back from
 * its new home, and the settings from the new file, both stay in the old file; it is done again from the start by the
 * next call, which finds what is done already. Never rejects for what goes wrong in a step: that is reported.
 */
export async function takeOver(ports: MigrationPorts, options: TakeOverOptions): Promise<MigrationReport> {
  return await new TakeOver(ports, options).run();
}

class TakeOver {
  readonly #ports: MigrationPorts;
  readonly #options: TakeOverOptions;
  readonly #steps: MigrationStep[] = [];

  constructor(ports: MigrationPorts, options: TakeOverOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async run(): Promise<MigrationReport> {
    const { oldFile } = this.#options.paths;
    const facts = await this.#try("read", `Cannot look at ${oldFile}`, () => this.#ports.files.facts(oldFile));
    if (facts === undefined) return this.#report();
    const settings = await this.#protect(facts) ? await this.#read(facts) : undefined;
    if (settings === undefined) return this.#report();
    const plan = await this.#plan(settings, facts);
    if (plan && await this.#begin(plan, facts)) {
      const isKept = await this.#keepToken(settings.token, plan);
      const isInPlace = await this.#settings(settings, plan);
      if (settings.token !== null) await this.#clean(settings, plan, isKept && isInPlace);
      if (outcomeOf(this.#steps) !== "left") await this.#mark("done");
    }
    return this.#report(settings);
  }

  #report(settings?: OldSettings): MigrationReport {
    const { oldFile: file } = this.#options.paths;
    const outcome = this.#steps.length === 0 ? "nothing" : outcomeOf(this.#steps);
    return { file, outcome, steps: this.#steps, notCarriedOver: settings?.problems ?? [] };
  }

  /** Others could read it at any moment: that comes first. */
  async #protect({ mode, uid, isFile }: FileFacts): Promise<boolean> {
    const { paths: { oldFile }, isDryRun } = this.#options;
    if (!isFile) {
      this.#tell("protect", "left", `${oldFile} is no file and is not touched`);
      return false;
    }
    const own = this.#ports.ownUid;
    if (own !== null && uid !== null && own !== uid) {
      this.#tell("protect", "left", `${oldFile} belongs to another user and is not touched`);
      return false;
    }
    if ((mode & 0o077) === 0) return true;
    const was = mode.toString(8).padStart(3, "0");
    if (isDryRun) {
      this.#tell("protect", "would", `${oldFile} would be made readable by you alone (its mode is ${was})`);
      return true;
    }
    // That it fails is no reason to leave the token there.
    await this.#try("protect", `Cannot make ${oldFile} readable by you alone`, async () => {
      await this.#ports.files.makePrivate(oldFile);
      this.#tell("protect", "done", `${oldFile} is readable by you alone now (its mode was ${was})`);
    });
    return true;
  }

  async #read(facts: FileFacts): Promise<OldSettings | undefined> {
    const { oldFile } = this.#options.paths;
    const text = await this.#try("read", `Cannot read ${oldFile}`, () => this.#ports.files.read(oldFile));
    if (text === undefined) return undefined;
    const old = parseOldSettings(text);
    if (old.kind === "settings") return old.settings;
    this.#tell("read", "left", `Nothing can be taken from ${oldFile}: it ${old.reason}; it stays as it is`);
    await this.#mark("done", facts);
    return undefined;
  }

  async #plan(settings: OldSettings, facts: FileFacts): Promise<SettingsPlan | undefined> {
    const { paths: { configFile }, merge = false, marker } = this.#options;
    const isDoneBefore = marker?.state === "done" && isAsLeft(marker, facts);
    return await this.#try("settings", `Cannot look at ${configFile}`, async () => {
      const config = await this.#ports.files.readConfig(configFile);
      return planSettings(config, settings, { configFile, merge, isDoneBefore });
    });
  }

  /** From here on a configuration that is there may be ours, made by a migration that was killed: the mark says so. */
  async #begin(plan: SettingsPlan, facts: FileFacts): Promise<boolean> {
    if (plan.kind !== "create" || this.#options.marker?.state === "started") return true;
    return await this.#mark("started", facts);
  }

  /** Whether the token is in its new home for sure. */
  async #keepToken(token: string | null, plan: SettingsPlan): Promise<boolean> {
    if (token === null) return false;
    const { paths: { oldFile }, isDryRun, replaceToken } = this.#options;
    const stays = `The cloud's token stays in ${oldFile}`;
    const { secret } = plan;
    if (secret === null) {
      this.#tell("token", "left", `${stays}: no connection in the configuration would use it`);
      return false;
    }
    return await this.#try("token", stays, async () => {
      const { vault } = this.#ports;
      const there = await vault.read(secret);
      if (there?.value === token) {
        this.#tell("token", "unneeded", `The cloud's token is kept in the ${there.home} as "${secret}"`);
        return true;
      }
      if (there && !replaceToken) throw new Error(anotherToken(secret));
      if (isDryRun) {
        this.#tell("token", "would", `The cloud's token would be kept in the ${await vault.place()} as "${secret}"`);
        return true;
      }
      const home = await vault.keep(secret, token);
      if ((await vault.read(secret))?.value !== token) throw new Error(`the ${home} gives back another one`);
      this.#tell("token", "done", `The cloud's token is kept in the ${home} as "${secret}" now`);
      return true;
    }) ?? false;
  }

  /** Whether a configuration that can be used has the old connections for sure. */
  async #settings(settings: OldSettings, plan: SettingsPlan): Promise<boolean> {
    const { paths: { configFile }, isDryRun } = this.#options;
    if (plan.kind === "left" || plan.kind === "present") {
      this.#tell("settings", plan.kind === "left" ? "left" : "unneeded", plan.reason);
      return plan.secret !== null;
    }
    const what = plan.kind === "create" ? `written to ${configFile}` : `added to ${configFile}`;
    if (isDryRun) {
      this.#tell("settings", "would", `The settings would be ${what}`);
      return true;
    }
    return await this.#try("settings", `The settings are not ${what}`, async () => {
      await this.#write(plan);
      await this.#checkWritten(settings);
      this.#tell("settings", "done", `The settings are ${what}`);
      return true;
    }) ?? false;
  }

  async #write(plan: SettingsPlan & { kind: "create" | "merge" }): Promise<void> {
    const { files } = this.#ports;
    const { configFile } = this.#options.paths;
    if (plan.kind === "merge") {
      return await files.changeConfig(configFile, (draft) => addMissing(draft, plan.missing));
    }
    try {
      await files.create(configFile, renderConfig(plan.input, null));
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      throw new Error("somebody else has made that file meanwhile; it is left as it is, so look at it and try again");
    }
  }

  async #checkWritten(settings: OldSettings): Promise<void> {
    const { result } = await this.#ports.files.readConfig(this.#options.paths.configFile);
    if (!result.ok || compare(result.input, settings).missing.length > 0) {
      throw new Error("the file says something else afterwards");
    }
  }

  /** The last step, and the only one that takes something away. */
  async #clean(settings: OldSettings, plan: SettingsPlan, isSafe: boolean): Promise<void> {
    const { paths: { oldFile, configFile }, isDryRun } = this.#options;
    if (!isSafe) return;
    if (isDryRun) return this.#tell("clean", "would", `The token would be taken out of ${oldFile}, which stays`);
    await this.#try("clean", `The token is still in ${oldFile}, too`, async () => {
      const { files } = this.#ports;
      const { result } = await files.readConfig(configFile);
      const isUsed = result.ok && compare(result.input, settings).secret === plan.secret;
      if (!isUsed) throw new Error(`${configFile} does not use it; try again`);
      const text = await files.read(oldFile);
      if (tokenIn(text) !== settings.token) {
        throw new Error("another program has changed the file meanwhile; try again");
      }
      await files.write(oldFile, withoutToken(text));
      if (tokenIn(await files.read(oldFile)) !== null) throw new Error("another program has put one there; try again");
      this.#tell("clean", "done", `The token is taken out of ${oldFile}, which stays`);
    });
  }

  async #mark(state: Marker["state"], before?: FileFacts): Promise<boolean> {
    const { paths: { oldFile, stateDir }, isDryRun } = this.#options;
    if (isDryRun) return true;
    const path = markerPath(stateDir);
    return await this.#try("read", `Cannot note in ${path} what was done`, async () => {
      const facts = before ?? await this.#ports.files.facts(oldFile);
      if (facts) await this.#ports.files.write(path, renderMarker(state, facts));
      return true;
    }) ?? false;
  }

  #tell(step: MigrationStep["step"], state: MigrationStep["state"], text: string, code?: string): void {
    const told: MigrationStep = { step, state, text, ...code === undefined ? {} : { code } };
    this.#steps.push(told);
    this.#options.onStep?.(told);
  }

  /** What `work` gives; `undefined` when it failed, which is then told. */
  async #try<T>(step: MigrationStep["step"], failure: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#tell(step, "left", `${failure}: ${messageOf(error)}`, codeOf(error));
      return undefined;
    }
  }
}

/** By its shape: a daemon's refusal has the code of a `SecretError`, too. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function anotherToken(secret: string): string {
  return `another token is kept as "${secret}"; "cloudtolocalllm migrate --replace-token" puts the old one over it, ` +
    "and where the other one is right, take the old one out of the file by hand";
}

/** The token that a text of the old file has; `undefined`: it is no such file any more. */
function tokenIn(text: string): string | null | undefined {
  const old = parseOldSettings(text);
  return old.kind === "settings" ? old.settings.token : undefined;
}
