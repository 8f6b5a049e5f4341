import { until } from "./desktop/until.ts";

/** Where version 2 of cgroups is: beside version 1, or alone. */
const cgroups = await isThere("/sys/fs/cgroup/unified/cgroup.procs") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
/** What sd_booted(3) looks for: without it systemd refuses to be anybody's manager. */
const booted = "/run/systemd/system";

/** Why no user manager can run here; `undefined`: one can. It takes root, systemd and a tree of cgroups of its own. */
export async function whyNoUserManager(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "it takes root";
  if (!await isThere("/lib/systemd/systemd")) return "systemd is not installed";
  const probe = `${cgroups}/cloudtolocalllm-probe-${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(probe);
    await Deno.remove(probe);
    return undefined;
  } catch {
    return `no cgroup can be made below ${cgroups}`;
  }
}

/** A real `systemd --user` of a test's own, with a home and a runtime folder of its own. */
export class UserManager implements AsyncDisposable {
  readonly home: string;
  /** For programs of this session. */
  readonly env: Readonly<Record<string, string>>;
  readonly #process: Deno.ChildProcess;
  readonly #cgroup: string;
  readonly #hasMadeBooted: boolean;

  private constructor(parts: {
    home: string;
    env: Record<string, string>;
    process: Deno.ChildProcess;
    cgroup: string;
    hasMadeBooted: boolean;
  }) {
    this.home = parts.home;
    this.env = parts.env;
    this.#process = parts.process;
    this.#cgroup = parts.cgroup;
    this.#hasMadeBooted = parts.hasMadeBooted;
  }

  /** Resolves when it takes commands. `env`: what its units get beside HOME and the folders. */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<UserManager> {
    const home = await Deno.makeTempDir({ prefix: "user-manager-" });
    const runtime = `${home}/run`;
    await Deno.mkdir(runtime, { mode: 0o700 });
    const hasMadeBooted = !await isThere(booted);
    if (hasMadeBooted) await Deno.mkdir(booted, { recursive: true });
    const cgroup = `${cgroups}/cloudtolocalllm-${crypto.randomUUID()}`;
    await Deno.mkdir(cgroup);
    const env = {
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      XDG_CONFIG_HOME: `${home}/.config`,
      XDG_STATE_HOME: `${home}/.local/state`,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
      PATH: "/usr/local/bin:/usr/bin:/bin",
      ...more,
    };
    const script = `echo $$ > ${cgroup}/cgroup.procs; exec /lib/systemd/systemd --user --log-target=null`;
    const options: Deno.CommandOptions = {
      args: ["-c", script],
      env,
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    };
    const process = new Deno.Command("bash", options).spawn();
    const manager = new UserManager({ home, env, process, cgroup, hasMadeBooted });
    await until("the user manager takes commands", async () => {
      return (await manager.systemctl("is-system-running")).match(/running|degraded/)?.[0];
    });
    return manager;
  }

  /** What `systemctl --user` prints; its status does not matter. */
  async systemctl(...args: string[]): Promise<string> {
    const options: Deno.CommandOptions = {
      args: ["--user", "--no-pager", ...args],
      env: { ...this.env },
      clearEnv: true,
    };
    const { stdout } = await new Deno.Command("systemctl", options).output();
    return new TextDecoder().decode(stdout).trim();
  }

  /** A property of a unit: `show("cloudtolocalllm.service", "ActiveState")`. */
  async show(unit: string, property: string): Promise<string> {
    return await this.systemctl("show", "--value", "--property", property, unit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.systemctl("exit");
    await this.#process.status;
    await until("its cgroups are empty", () => removeTree(this.#cgroup).then(() => true, () => undefined));
    if (this.#hasMadeBooted) await Deno.remove(booted).catch(() => {});
    await Deno.remove(this.home, { recursive: true });
  }
}

async function removeTree(path: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(path)) if (isDirectory) await removeTree(`${path}/${name}`);
  await Deno.remove(path);
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
