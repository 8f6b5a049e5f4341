import type { ConfigInput } from "../../../src/config/schema.ts";
import type { StatusReport } from "../../../src/state/status.ts";
import type { DesktopSession } from "./desktop_session.ts";
import { outputOf, type ProcessGroup } from "./process_group.ts";
import { until } from "./until.ts";

const repository = new URL("../../../", import.meta.url).pathname;
/** Where this runtime keeps what it has downloaded and compiled: another HOME must not make it do that again. */
const cache = await denoFolder();

/** The real daemon as a process of its own, in a desktop session. */
export class DesktopDaemon {
  readonly process: ProcessGroup;
  readonly url: string;
  readonly #env: Record<string, string>;

  private constructor(process: ProcessGroup, env: Record<string, string>, url: string) {
    this.process = process;
    this.#env = env;
    this.url = url;
  }

  /** Resolves when it answers. `env`: beside that of the session, such as a Wayland display. */
  static async start(
    session: DesktopSession,
    { config, env = {} }: { config: Omit<ConfigInput, "version">; env?: Readonly<Record<string, string>> },
  ): Promise<DesktopDaemon> {
    const text = JSON.stringify({ version: 1, health, ...config });
    const file = await session.write("config/cloudtolocalllm/config.json", text);
    await Deno.chmod(file, 0o600);
    const all = { ...session.env, ...env, DENO_DIR: cache, NO_COLOR: "1" };
    const args = [...programArgs, "run", "--port", "0", "--log-level", "debug"];
    const process = session.start(Deno.execPath(), args, all);
    const url = await until(() => `the daemon starts; it said: ${process.said}`, () => {
      if (process.hasEnded) throw new Error(`The daemon has ended: ${process.said}`);
      return process.said.match(/Ready .*?url="?(http:\/\/[0-9.:]+)/)?.[1];
    });
    return new DesktopDaemon(process, all, url);
  }

  /** What `status --json` prints. */
  async status(): Promise<StatusReport> {
    return JSON.parse(await this.command("status", "--json"));
  }

  /** What a command of ours prints, run beside the daemon as a user runs it. */
  async command(...args: string[]): Promise<string> {
    const options = { args: [...programArgs, ...args], env: this.#env };
    return new TextDecoder().decode(await outputOf(Deno.execPath(), options));
  }

  /** Waits for a status for which `holds`. */
  async untilStatus(what: string, holds: (report: StatusReport) => boolean): Promise<StatusReport> {
    return await until(what, async () => {
      const report = await this.status();
      return holds(report) ? report : undefined;
    });
  }
}

const programArgs = ["run", "--quiet", "-P=daemon", `${repository}main.ts`];
/** A test does not wait for the pace of a desktop that idles all day. */
const health = { upIntervalMs: 500, downIntervalMs: 200, maxDownIntervalMs: 500, idleCloudIntervalMs: 1_000 };

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
