import { startDaemon } from "../app.ts";
import { version } from "../core/version.ts";

/** A daemon of its own for the demo, on a free port, with nothing left behind. */
export async function startDemoBroker(config: object): Promise<{ url: string; close(): Promise<void> }> {
  const folder = await Deno.makeTempDir({ prefix: "cloudtolocalllm-demo-" });
  const configFile = `${folder}/config.json`;
  const removeFolder = () => Deno.remove(folder, { recursive: true });
  try {
    await Deno.writeTextFile(configFile, JSON.stringify(config), { mode: 0o600 });
    const paths = { configFile, stateDir: folder, runtimeDir: folder, controlFile: `${folder}/control.json` };
    const daemon = await startDaemon({ paths, overrides: {}, env: () => undefined, writeLog: () => {}, version });
    return { url: daemon.url, close: () => daemon.close().finally(removeFolder) };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
