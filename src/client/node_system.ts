import type { System } from "./link_parts.ts";
import { directFetch } from "./direct_fetch.ts";

const maxFileBytes = 65_536;
const maxOutputBytes = 65_536;

/**
 * Node's own modules, which Deno and Bun have too. They are loaded here and not with the file: bundled into one, this
 * file is read by browsers, and never run. The comments keep bundlers from looking for them.
 */
export async function nodeSystem(): Promise<System> {
  const [{ open }, { spawn }, { env }] = await Promise.all([
    import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs/promises"),
    import(/* webpackIgnore: true */ /* @vite-ignore */ "node:child_process"),
    import(/* webpackIgnore: true */ /* @vite-ignore */ "node:process"),
  ]);
  const variable = (name: string) => isGranted({ name: "env", variable: name }) ? env[name] || undefined : undefined;
  return {
    env: variable,
    async readFile(path) {
      if (!isGranted({ name: "read", path })) throw new Error(`this program may not read it (--allow-read=${path})`);
      return await readSmallFile(path, open);
    },
    async run(command, { timeoutMs }) {
      return isGranted({ name: "run", command: command[0] }) ? await run(command, { spawn, timeoutMs }) : undefined;
    },
    startDetached: (command) => startDetached(command, spawn),
    directFetch: () => directFetch(variable),
  };
}

type Open = typeof import("node:fs/promises").open;
type Spawn = typeof import("node:child_process").spawn;

async function readSmallFile(path: string, open: Open): Promise<{ text: string; mode: number } | undefined> {
  try {
    const file = await open(path, "r");
    try {
      const { mode, size } = await file.stat();
      if (size > maxFileBytes) throw new Error(`it has more than ${maxFileBytes} bytes`);
      return { text: await file.readFile("utf8"), mode: mode & 0o777 };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

type Permission = { name: "env"; variable: string } | { name: "read"; path: string } | { name: "run"; command: string };

/** In Deno nobody is asked for a permission by a library that only looks for the daemon. */
function isGranted(permission: Permission): boolean {
  const { Deno } = globalThis as { Deno?: { permissions?: { querySync(wanted: Permission): { state: string } } } };
  return (Deno?.permissions?.querySync(permission).state ?? "granted") === "granted";
}

function run(
  [program, ...args]: readonly string[],
  { spawn, timeoutMs }: { spawn: Spawn; timeoutMs: number },
): Promise<{ code: number | null; stdout: string } | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
    const late = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout = (stdout + text).slice(0, maxOutputBytes);
    });
    child.on("error", () => {
      clearTimeout(late);
      resolve(undefined);
    });
    child.on("close", (code) => {
      clearTimeout(late);
      resolve({ code, stdout });
    });
  });
}

function startDetached(
  [program, ...args]: readonly string[],
  spawn: Spawn,
): Promise<{ ended: Promise<number | null> } | undefined> {
  return new Promise((resolve, reject) => {
    // Nothing of it is read: a pipe would break when this process ends before it.
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    const ended = new Promise<number | null>((end) => child.on("exit", end));
    child.on("spawn", () => {
      child.unref();
      resolve({ ended });
    });
    child.on("error", (error) => isMissing(error) ? resolve(undefined) : reject(error));
  });
}
