import { assertEquals } from "@std/assert";
import { doctorCommand } from "../../src/cli/doctor_command.ts";
import type { ExitCode } from "../../src/cli/io.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { seePortFile } from "../../src/doctor/port_file_sight.ts";
import type { DoctorReport } from "../../src/doctor/run_checks.ts";
import { freePort } from "../bench/free_port.ts";
import { FakeIo } from "./fake_io.ts";
import { inTime } from "./in_time.ts";
import { ModelServer } from "./model_server.ts";

const repository = new URL("../../", import.meta.url).pathname;
/** Another HOME must not make the runtime compile everything again. */
const cache = JSON.parse(
  new TextDecoder().decode((await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output()).stdout),
).denoDir;

export interface Examined {
  code: ExitCode;
  report: DoctorReport;
  /** All that was printed. */
  text: string;
}

export interface DoctorSceneOptions {
  config?: Omit<ConfigInput, "version">;
  /** Beside HOME and the XDG folders, which are of this scene. */
  env?: Record<string, string>;
}

/**
 * A home of its own with a model server that answers, on which the doctor finds no problem; then a test breaks something.
 * `cloudtolocalllm` in its PATH is this program, so that remedies are carried out as they are printed.
 */
export class DoctorScene implements AsyncDisposable {
  readonly home: string;
  readonly models: ModelServer;
  readonly port: number;
  readonly env: Record<string, string>;
  readonly configFile: string;
  readonly stateDir: string;
  readonly runtimeDir: string;

  private constructor(home: string, models: ModelServer, env: Record<string, string>) {
    this.home = home;
    this.models = models;
    this.port = freePort();
    this.configFile = `${home}/config/cloudtolocalllm/config.json`;
    this.stateDir = `${home}/state/cloudtolocalllm`;
    this.runtimeDir = `${home}/run/cloudtolocalllm`;
    this.env = {
      HOME: home,
      XDG_CONFIG_HOME: `${home}/config`,
      XDG_STATE_HOME: `${home}/state`,
      XDG_RUNTIME_DIR: `${home}/run`,
      XDG_DATA_HOME: `${home}/data`,
      XDG_CONFIG_DIRS: `${home}/none`,
      DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${home}/none`,
      ...env,
    };
  }

  static async start({ config = {}, env = {} }: DoctorSceneOptions = {}): Promise<DoctorScene> {
    const home = await Deno.makeTempDir({ prefix: "doctor-" });
    const models = await ModelServer.start({ name: "local", dialect: "ollama" });
    const scene = new DoctorScene(home, models, env);
    for (const folder of [scene.stateDir, scene.runtimeDir, `${home}/config/cloudtolocalllm`]) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    }
    await Deno.mkdir(`${home}/bin`);
    await scene.addProgram(
      "cloudtolocalllm",
      `exec '${Deno.execPath()}' run --quiet --no-prompt -P=daemon '${repository}main.ts' "$@"`,
    );
    // Programs of other tests are none of this user's.
    await scene.addProgram("ps", "");
    await scene.configure(config);
    return scene;
  }

  /** The local connection, as the configuration has it. */
  get local() {
    return { id: "local", kind: "ollama" as const, url: this.models.url, location: "local" as const };
  }

  async configure(config: Omit<ConfigInput, "version">): Promise<void> {
    const listen = { port: this.port };
    const text = JSON.stringify({ version: 1, listen, backends: [this.local], ...config }, null, 2);
    await Deno.writeTextFile(this.configFile, text, { mode: 0o600 });
  }

  async addProgram(name: string, script: string): Promise<void> {
    await Deno.writeTextFile(`${this.home}/bin/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  async doctor(env: Record<string, string> = {}): Promise<Examined> {
    const io = new FakeIo({ env: { ...this.env, ...env } });
    Object.assign(io, { clock: systemClock });
    const switches = new Set(["json"]);
    const invocation = { path: ["doctor"], arguments: {}, options: {}, switches };
    const code = await doctorCommand({ io, invocation }, { toolEnv: this.#toolEnv });
    const text = io.stdout + io.stderr;
    const control = await Deno.readTextFile(`${this.runtimeDir}/control.json`).catch(() => "");
    const [, token] = /"token": *"([^"]+)"/.exec(control) ?? [];
    if (token !== undefined && text.includes(token)) throw new Error("The doctor tells the daemon's token");
    return { code, report: JSON.parse(io.stdout), text };
  }

  /** The one finding of this id; fails with all that was found. */
  async finds(id: string, env: Record<string, string> = {}): Promise<Finding> {
    const { code, report } = await this.doctor(env);
    const finding = report.findings.find((finding) => finding.id === id);
    if (!finding) throw new Error(`Did not find ${id}: ${JSON.stringify(report.findings, null, 2)}`);
    const hasProblem = report.findings.some(({ severity }) => severity === "problem");
    assertEquals(code, hasProblem ? 1 : 0);
    return finding;
  }

  /** Nothing is wrong any more; that no daemon runs is no fault. */
  async isContent(env: Record<string, string> = {}): Promise<void> {
    const { code, report } = await this.doctor(env);
    const wrong = report.findings.filter(({ id, severity }) =>
      (severity === "problem" || severity === "warning") && id !== "daemon-off"
    );
    assertEquals([code, wrong], [0, []]);
  }

  /** Pastes a command into a shell of this home; it has to end with 0. `input` is typed. */
  async paste(command: string, { input = "" } = {}): Promise<void> {
    const child = new Deno.Command("sh", {
      args: ["-c", command],
      clearEnv: true,
      env: { ...this.env, ...this.#toolEnv, DENO_DIR: cache },
      stdin: "piped",
      // A daemon that it starts would keep a pipe open.
      stdout: "null",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input)).catch(() => {});
    await writer.close().catch(() => {});
    const { code } = await inTime(`it is done: ${command}`, child.status);
    assertEquals(code, 0, command);
  }

  /** Runs a command on a terminal of its own, and types each answer when its question stands there; all that was shown. */
  async typeAt(command: string, answers: readonly (readonly [question: string, answer: string])[]): Promise<string> {
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      clearEnv: true,
      env: { ...this.env, ...this.#toolEnv, DENO_DIR: cache, TERM: "dumb" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    const left = [...answers];
    let [shown, since] = ["", 0];
    const follow = async () => {
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        shown += text;
        while (left.length > 0 && shown.indexOf(left[0][0], since) >= 0) {
          const [question, answer] = left.shift()!;
          since = shown.indexOf(question, since) + question.length;
          await writer.write(new TextEncoder().encode(answer));
        }
      }
    };
    await inTime(`it is done: ${command}`, follow()).catch((error) => {
      child.kill("SIGKILL");
      throw new Error(`${error.message}\n${shown}`);
    });
    await writer.close().catch(() => {});
    await child.status;
    return shown;
  }

  /** Waits until a daemon that was started has left its files; the last is that for the desktop app. */
  async daemonIsThere(before?: number): Promise<number> {
    const look = async () => {
      for (;;) {
        const pid = await this.daemonPid();
        const app = await seePortFile(this.home, { clock: systemClock });
        if (pid !== undefined && pid !== before && app.kind !== "stale") return pid;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    return await inTime("the daemon is there", look());
  }

  async daemonPid(): Promise<number | undefined> {
    try {
      const { pid, url, token } = JSON.parse(await Deno.readTextFile(`${this.runtimeDir}/control.json`));
      const response = await fetch(`${url}/control/v1/mode`, { headers: { authorization: `Bearer ${token}` } });
      await response.body?.cancel();
      return response.ok ? pid : undefined;
    } catch {
      return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pid = await this.daemonPid();
    if (pid !== undefined) Deno.kill(pid, "SIGKILL");
    await this.models.stop();
    await new Deno.Command("chmod", { args: ["-R", "u+rwx", this.home] }).output();
    await Deno.remove(this.home, { recursive: true });
  }

  get #toolEnv(): Record<string, string> {
    return { PATH: `${this.home}/bin:/usr/sbin:/usr/bin:/sbin:/bin` };
  }
}
