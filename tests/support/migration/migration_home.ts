import { assertEquals } from "@std/assert";
import type { MigrationPaths } from "../../../src/migration/ports.ts";
import { readConfigFile } from "../../../src/config/config_file.ts";
import { parseOldSettings } from "../../../src/migration/old_settings.ts";

/** A user's home with the predecessor's file in it, gone when disposed. */
export class MigrationHome implements AsyncDisposable {
  readonly folder: string;
  readonly paths: MigrationPaths;
  #isReadOnly = false;

  private constructor(folder: string) {
    this.folder = folder;
    this.paths = {
      oldFile: `${folder}/.cloudtolocalllm/connection_config.json`,
      configFile: `${folder}/.config/cloudtolocalllm/config.json`,
      stateDir: `${folder}/.local/state/cloudtolocalllm`,
    };
  }

  /** `mode`: of the old file. */
  static async make(text?: string, { mode = 0o600 }: { mode?: number } = {}): Promise<MigrationHome> {
    const home = new MigrationHome(await Deno.makeTempDir({ prefix: "migration-" }));
    if (text !== undefined) await home.writeOld(text, mode);
    return home;
  }

  /** What a program of this user has in its environment. */
  get env(): Record<string, string> {
    return { HOME: this.folder };
  }

  async writeOld(text: string, mode = 0o600): Promise<void> {
    await Deno.mkdir(`${this.folder}/.cloudtolocalllm`, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(this.paths.oldFile, text);
    await Deno.chmod(this.paths.oldFile, mode);
  }

  async writeConfig(config: unknown): Promise<void> {
    await Deno.mkdir(`${this.folder}/.config/cloudtolocalllm`, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(this.paths.configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
  }

  /** Nothing can be made, renamed or removed in the old folder, by root neither; what is in it can be changed. */
  async makeReadOnly(): Promise<void> {
    await chattr("+i", `${this.folder}/.cloudtolocalllm`);
    this.#isReadOnly = true;
  }

  old(): Promise<string> {
    return Deno.readTextFile(this.paths.oldFile);
  }

  /** The token that is in the old file; `undefined`: none, or it cannot be understood. */
  async tokenInOld(): Promise<string | undefined> {
    const old = parseOldSettings(await this.old());
    return old.kind === "settings" ? old.settings.token ?? undefined : undefined;
  }

  /** Addresses of the backends that the new configuration has; `undefined`: there is none. Throws when it is not good. */
  async backends(): Promise<string[] | undefined> {
    const { text, result } = await readConfigFile(this.paths.configFile);
    if (!result.ok) throw new Error(`The configuration is not good: ${text}`);
    return text === null ? undefined : result.config.backends.map(({ url }) => url);
  }

  /** Fails when others may read or write a file, temporary ones included, or enter a folder of ours. */
  async assertPrivate(): Promise<void> {
    for (const path of await this.files()) {
      // It may be a temporary file that goes at this moment.
      const mode = await Deno.lstat(path).then(({ mode }) => mode! & 0o077, () => 0);
      assertEquals([path, mode.toString(8)], [path, "0"]);
    }
  }

  /** Every file below, temporary ones included. */
  async files(folder = this.folder): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      found.push(...isDirectory ? await this.files(path) : [path]);
    }
    return found.sort();
  }

  /** What is in every file, by its path, with its mode: two that are equal are two same trees. */
  async tree(): Promise<string[]> {
    return await Promise.all((await this.files()).map(async (path) => {
      const { mode, mtime } = await Deno.stat(path);
      return `${path} ${mode} ${mtime?.getTime()} ${await Deno.readTextFile(path)}`;
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isReadOnly) await chattr("-i", `${this.folder}/.cloudtolocalllm`);
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function chattr(flag: string, path: string): Promise<void> {
  if (Deno.uid() !== 0) return await Deno.chmod(path, flag === "+i" ? 0o500 : 0o700);
  const { success, stderr } = await new Deno.Command("chattr", { args: [flag, path] }).output();
  if (!success) throw new Error(`chattr failed: ${new TextDecoder().decode(stderr)}`);
}
