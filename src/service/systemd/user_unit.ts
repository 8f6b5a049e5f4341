import { dirname } from "@std/path/posix/dirname";
import packaged from "../../../packaging/systemd/cloudtolocalllm.service" with { type: "text" };
import { writeAtomic } from "../../config/atomic_file.ts";
import { resolvePaths } from "../../config/paths.ts";
import { readSmallTextFile } from "../../config/small_file.ts";
import { lastingCommand, type SelfCommand } from "../../core/self_command.ts";
import { execLine } from "./exec_line.ts";
import type { Systemctl, SystemctlResult } from "./systemctl.ts";

export const unitName = "cloudtolocalllm.service";

/** Which target starts it: the desktop's session, or the user's first login. */
export type UnitTarget = "graphical-session.target" | "default.target";

export interface UserUnitOptions {
  env: (name: string) => string | undefined;
  systemctl: Systemctl;
  /** What a unit of the user's own starts. Default: this program, wherever it lies. */
  command?: SelfCommand;
}

/** Stands in a unit that we wrote: one without it is a person's, and stays. */
const mark = "# Written by `cloudtolocalllm autostart enable`, which may write it anew; changes belong in a drop-in.";
const targets: readonly UnitTarget[] = ["graphical-session.target", "default.target"];

/** The systemd unit of this user that runs the daemon: that of the package, or one of their own. */
export class UserUnit {
  readonly #options: UserUnitOptions;

  constructor(options: UserUnitOptions) {
    this.#options = options;
  }

  readonly name = unitName;

  /** The user's own unit file; it need not be there. */
  get file(): string {
    return `${this.#folder}/${unitName}`;
  }

  get #folder(): string {
    return `${dirname(dirname(resolvePaths(this.#options.env).configFile))}/systemd/user`;
  }

  /** Whether it starts by itself, by its links: no program is asked. */
  async isEnabled(): Promise<boolean> {
    const folders = [this.#folder, "/etc/systemd/user"];
    const links = folders.flatMap((folder) => targets.map((target) => `${folder}/${target}.wants/${unitName}`));
    const found = await Promise.all(links.map((path) => Deno.lstat(path).then(() => true, () => false)));
    return found.includes(true);
  }

  /** Whether a manager of this user answers that knows the unit. */
  async isKnown(): Promise<boolean> {
    return await this.#show("LoadState") === "loaded";
  }

  /** Process id of the daemon that it runs now; `undefined`: it runs none. */
  async mainPid(): Promise<number | undefined> {
    if (!await this.isKnown()) return undefined;
    const pid = Number(await this.#show("MainPID"));
    return pid > 0 ? pid : undefined;
  }

  /** Whether this session starts its programs through `target`: then a unit that it wants is started with it. */
  async isReached(target: UnitTarget): Promise<boolean> {
    const result = await this.#options.systemctl("is-active", target);
    return result.kind === "ended" && result.output === "active";
  }

  start(): Promise<SystemctlResult> {
    return this.#options.systemctl("start", unitName);
  }

  restart(): Promise<SystemctlResult> {
    return this.#options.systemctl("restart", unitName);
  }

  /** Lets `target` start it from now on. Rejects with words for the user. */
  async enable(target: UnitTarget): Promise<void> {
    await this.#provide(target);
    await this.#demand("daemon-reload");
    // The packaged unit names a target; the user may need the other one.
    await this.#demand("add-wants", target, unitName);
  }

  /** Lets nothing start it any more; what runs goes on. Rejects with words for the user. */
  async disable(): Promise<void> {
    await this.#demand("disable", unitName);
    for (const target of targets) {
      await Deno.remove(`${this.#folder}/${target}.wants/${unitName}`).catch(ignoreMissing);
    }
    await this.#demand("daemon-reload");
  }

  /** Sees to it that there is a unit that starts this program. */
  async #provide(target: UnitTarget): Promise<void> {
    const { env, command = lastingCommand(["run"], { env }) } = this.#options;
    const line = execLine([command.program, ...command.args]);
    const own = await readOptional(this.file);
    if (own !== undefined && !own.startsWith(mark)) return;
    if (own === undefined && await this.isKnown()) return;
    await writeAtomic(this.file, unitText(line, target), { mode: 0o644, followLink: false });
  }

  async #show(property: string): Promise<string | undefined> {
    const result = await this.#options.systemctl("show", "--value", "--property", property, unitName);
    return result.kind === "ended" && result.code === 0 ? result.output : undefined;
  }

  async #demand(...args: string[]): Promise<void> {
    const result = await this.#options.systemctl(...args);
    if (result.kind === "absent") throw new Error(`Cannot reach systemd's manager of this user: ${result.reason}`);
    if (result.code !== 0) {
      throw new Error(`systemctl --user ${args.join(" ")} failed: ${result.words || `status ${result.code}`}`);
    }
  }
}

/** The packaged unit, for a program that lies elsewhere; without a desktop it does not end with one. */
export function unitText(execStart: string, target: UnitTarget): string {
  const text = packaged.replace(/^ExecStart=.*$/m, () => `ExecStart=${execStart}`)
    .replace(/^WantedBy=.*$/m, `WantedBy=${target}`);
  const bound = target === "graphical-session.target" ? text : text.replace(/^(PartOf|After)=.*\n/gm, "");
  return `${mark}\n${bound}`;
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readSmallTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot read ${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
