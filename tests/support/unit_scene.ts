import { type SelfCommand } from "../../src/core/self_command.ts";
import type { Systemctl } from "../../src/service/systemd/systemctl.ts";
import { UserUnit } from "../../src/service/systemd/user_unit.ts";

/**
 * A home folder and a `systemctl --user` in the hands of a test: it makes and removes the links that the real one does
 * (tests/integration/service runs that), and fails on demand.
 */
export class UnitScene implements AsyncDisposable {
  readonly folder: string;
  readonly env: (name: string) => string | undefined;
  readonly command: SelfCommand;
  readonly unit: UserUnit;
  /** Targets that the session has reached. */
  readonly active: Set<string>;
  /** What a verb fails with. */
  readonly failing = new Map<string, string>();
  readonly calls: string[][] = [];
  isPackaged = false;
  isAbsent = false;

  private constructor(folder: string, { env, active }: { env: Record<string, string>; active: readonly string[] }) {
    this.folder = folder;
    const all: Record<string, string> = { HOME: folder, XDG_CONFIG_DIRS: `${folder}/xdg`, ...env };
    this.env = (name) => all[name];
    this.command = { program: `${folder}/my apps/it`, args: ["run"] };
    this.active = new Set(active);
    this.unit = new UserUnit({ env: this.env, systemctl: this.#systemctl, command: this.command });
  }

  static async make(options: { env: Record<string, string>; active: readonly string[] }): Promise<UnitScene> {
    const scene = new UnitScene(await Deno.makeTempDir({ prefix: "units-" }), options);
    await Deno.mkdir(`${scene.folder}/my apps`);
    await Deno.writeTextFile(scene.command.program, "", { mode: 0o755 });
    return scene;
  }

  /** Targets that want the unit. */
  async wanted(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name } of Deno.readDir(this.#units)) {
      if (name.endsWith(".wants")) found.push(name.replace(".wants", ""));
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }

  get #units(): string {
    return `${this.folder}/.config/systemd/user`;
  }

  readonly #systemctl: Systemctl = async (...args) => {
    this.calls.push(args);
    if (this.isAbsent) return { kind: "absent", reason: "Failed to connect to bus" };
    const [verb] = args;
    const words = this.failing.get(verb);
    if (words) return { kind: "ended", code: 1, output: "", words };
    return { kind: "ended", code: 0, output: await this.#answer(verb, args.slice(1)), words: "" };
  };

  async #answer(verb: string, args: string[]): Promise<string> {
    const wants = (target: string) => `${this.#units}/${target}.wants`;
    if (verb === "is-active") return this.active.has(args[0]) ? "active" : "inactive";
    if (verb === "show") return this.isPackaged ? "loaded" : "not-found";
    if (verb === "add-wants") {
      await Deno.mkdir(wants(args[0]), { recursive: true });
      await Deno.symlink(this.unit.file, `${wants(args[0])}/${args[1]}`).catch(() => {});
    }
    if (verb === "disable") {
      for (const target of ["graphical-session.target", "default.target"]) {
        await Deno.remove(wants(target), { recursive: true }).catch(() => {});
      }
    }
    return "";
  }
}

export function lines(calls: readonly (readonly string[])[]): string[] {
  return calls.map((args) => args.join(" "));
}
