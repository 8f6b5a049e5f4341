import { bundle } from "../../packaging/bundle.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { noDesktop } from "./bench_desktop.ts";
import { type Child, delay, endProcess, untilAnswered } from "./child.ts";
import { freePort } from "./free_port.ts";

/** A way to run the daemon. */
export interface Variant {
  name: string;
  /** Arguments of `deno` that precede those of the daemon. */
  args: string[];
}

export interface DaemonProcess extends Child {
  /** `performance.now()` just before the process was created. */
  readonly spawnedAt: number;
  /** Waits for its first 200, to `GET /` unless another request is given, and gives the time of that. */
  answered(request?: Uint8Array): Promise<number>;
  /** The bearer token of the control API. */
  token(): Promise<string>;
}

const repository = new URL("../../", import.meta.url).pathname;

interface DenoConfig {
  unstable: string[];
  tasks: { start: { command: string } };
  permissions: { daemon: Record<string, true | string[]> };
}

async function readDenoConfig(): Promise<DenoConfig> {
  return JSON.parse(await Deno.readTextFile(`${repository}deno.json`));
}

/** As users run it from a clone: the command of `deno task start`, without the task runner around it. */
export async function sourceVariant(): Promise<Variant> {
  const { tasks } = await readDenoConfig();
  const [program, ...args] = tasks.start.command.split(" ");
  if (program !== "deno" || args.at(-1) !== "main.ts") {
    throw new Error(`Cannot run the daemon as the task start does: its command is "${tasks.start.command}"`);
  }
  return { name: "source", args: [...args.slice(0, -1), `${repository}main.ts`] };
}

/** The same as packages carry it, with the same permissions and flags. */
export async function bundleVariant(folder: string): Promise<Variant> {
  await bundle(`${folder}/bundle`);
  const { permissions, unstable } = await readDenoConfig();
  const source = await sourceVariant();
  const flags = [
    ...source.args.slice(1, -1).filter((flag) => flag !== "-P=daemon"),
    "--no-config",
    ...unstable.map((name) => `--unstable-${name}`),
    ...permissionFlags(permissions.daemon),
  ];
  return { name: "bundle", args: ["run", ...flags, `${folder}/bundle/main.js`] };
}

/** A one-line server: what the runtime itself costs. It takes the daemon's arguments and knows only the port. */
export async function floorVariant(folder: string): Promise<Variant> {
  const file = `${folder}/floor.js`;
  const port = `Number(Deno.args[Deno.args.indexOf("--port") + 1])`;
  await Deno.writeTextFile(
    file,
    `Deno.serve({ hostname: "127.0.0.1", port: ${port}, onListen() {} }, () => new Response("ok"));\n`,
  );
  return { name: "floor", args: ["run", "-q", "--no-config", "--allow-net", file] };
}

/** Command-line flags for a permission set of deno.json. */
export function permissionFlags(set: Record<string, true | string[]>): string[] {
  return Object.entries(set).map(([name, value]) => `--allow-${name}${value === true ? "" : `=${value.join(",")}`}`);
}

/**
 * A daemon as a process of its own, in folders of its own; its log goes nowhere but is written. Does not wait until it
 * answers: {@linkcode startDaemonProcess} does. `env`: its desktop; default: none.
 */
export async function spawnDaemon(
  variant: Variant,
  config: Omit<ConfigInput, "version">,
  env: Readonly<Record<string, string>> = noDesktop,
): Promise<DaemonProcess> {
  const folder = await Deno.makeTempDir({ prefix: "broker-bench-" });
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify({ version: 1, ...config }));
  const port = freePort();
  const spawnedAt = performance.now();
  const process = new Deno.Command(Deno.execPath(), {
    args: [...variant.args, "run", "--port", `${port}`, "--config", `${folder}/config.json`],
    env: { ...env, XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  process.status.then(() => ended = true);
  return {
    pid: process.pid,
    port,
    spawnedAt,
    answered: (request) => untilAnswered(port, { request, hasEnded: () => ended }),
    token: () => readToken(`${folder}/cloudtolocalllm/control.json`),
    [Symbol.asyncDispose]: () => endProcess(process).finally(() => Deno.remove(folder, { recursive: true })),
  };
}

/** A daemon that answers. */
export async function startDaemonProcess(
  variant: Variant,
  config: Omit<ConfigInput, "version">,
  env?: Readonly<Record<string, string>>,
): Promise<DaemonProcess> {
  const daemon = await spawnDaemon(variant, config, env);
  try {
    await daemon.answered();
    return daemon;
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw new Error(`The daemon (${variant.name}) does not start: deno ${variant.args.join(" ")}`, { cause: error });
  }
}

/** The daemon answers a moment before it has written this file. */
async function readToken(controlFile: string, triesLeft = 200): Promise<string> {
  try {
    return JSON.parse(await Deno.readTextFile(controlFile)).token;
  } catch (error) {
    if (triesLeft === 0 || !(error instanceof Deno.errors.NotFound)) throw error;
    await delay(5);
    return await readToken(controlFile, triesLeft - 1);
  }
}

/** The part of a configuration that names one Ollama backend on a port of this machine. */
export function backendOn(port: number, location: "local" | "cloud", id: string = location) {
  return { id, kind: "ollama" as const, url: `http://127.0.0.1:${port}`, location };
}
