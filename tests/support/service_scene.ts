import type { StatusReport } from "../../src/state/status.ts";
import { until } from "./desktop/until.ts";
import { UserManager } from "./user_manager.ts";

const repository = new URL("../../", import.meta.url).pathname;

/** What a command printed, and its status. */
export interface Printed {
  code: number;
  out: string;
  err: string;
}

/** The program as a user of a systemd machine runs it, under a user manager of a test's own. */
export class ServiceScene implements AsyncDisposable {
  readonly manager: UserManager;

  private constructor(manager: UserManager) {
    this.manager = manager;
  }

  static async start(): Promise<ServiceScene> {
    const manager = await UserManager.start({ DENO_DIR: await denoFolder(), NO_COLOR: "1" });
    await Deno.mkdir(`${manager.home}/.config/cloudtolocalllm`, { recursive: true });
    const config = JSON.stringify({ version: 1, listen: { port: 0 } });
    await Deno.writeTextFile(`${manager.home}/.config/cloudtolocalllm/config.json`, config);
    return new ServiceScene(manager);
  }

  /** Runs a command of the program to its end. */
  async run(...words: string[]): Promise<Printed> {
    const args = ["run", "--quiet", "-P=daemon", `${repository}main.ts`, ...words];
    const options = { args, cwd: repository, env: { ...this.manager.env }, clearEnv: true };
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: decode(stdout), err: decode(stderr) };
  }

  async status(): Promise<StatusReport> {
    return JSON.parse((await this.run("status", "--json")).out);
  }

  show(property: string): Promise<string> {
    return this.manager.show("cloudtolocalllm.service", property);
  }

  /** Waits until the unit runs another process than `before`, and that answers. */
  untilRestarted(before: number): Promise<StatusReport> {
    return until("systemd starts it again", async () => {
      const pid = Number(await this.show("MainPID"));
      if (pid === 0 || pid === before || await this.show("ActiveState") !== "active") return undefined;
      return await this.status();
    });
  }

  /** A drop-in for the unit, in force at once. */
  async override(text: string): Promise<void> {
    const folder = `${this.manager.home}/.config/systemd/user/cloudtolocalllm.service.d`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/test.conf`, text);
    await this.manager.systemctl("daemon-reload");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.manager[Symbol.asyncDispose]();
  }
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
