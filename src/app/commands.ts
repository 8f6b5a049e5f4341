import type { ConfigStore } from "../config/config_store.ts";
import { defaultBackends } from "../config/schema.ts";
import type { AppCommands } from "../state/app_link.ts";
import type { Commands } from "../state/commands.ts";
import type { Broker } from "./broker.ts";
import type { CloudPause } from "./cloud_pause.ts";
import type { Ground } from "./ground.ts";

export interface CommandParts {
  configStore: ConfigStore;
  broker: Broker;
  pause: CloudPause;
  ground: Pick<Ground, "clock" | "secrets" | "redaction">;
  app: AppCommands;
  quit: Commands["quit"];
}

/** What users may command, carried out on the parts that it concerns. */
export function createCommands({ configStore, broker, pause, ground, app, quit }: CommandParts): Commands {
  const { backends, monitor } = broker;
  const { clock, redaction: { redact } } = ground;
  return {
    async setMode(mode) {
      await configStore.setMode(mode);
      await pause.end();
    },
    async testBackend(id, signal, onStep) {
      const backend = backends.get(id);
      if (!backend) return undefined;
      const { testConnection } = await import("../health/test_connection.ts");
      const result = await testConnection(backend, { clock, signal, onStep, redact });
      await monitor.probeNow(id);
      return result;
    },
    async testUnsaved(config, options) {
      const { testUnsaved } = await import("./test_unsaved.ts");
      return await testUnsaved(config, { ...options, ground });
    },
    async enableBackend(id, enabled) {
      await configStore.modify((draft) => {
        // A file without backends means the defaults; to change one of them all must be written.
        draft.backends ??= structuredClone(defaultBackends);
        const backend = draft.backends.find((one) => one.id === id);
        if (!backend) throw new Error(`No backend is called "${id.slice(0, 64)}"`);
        backend.enabled = enabled;
      });
    },
    pauseCloud: (forMs) => pause.begin(forMs),
    resumeCloud: () => pause.end(),
    async provideConfigFile() {
      const { path } = configStore;
      if (!await exists(path)) {
        await configStore.modify((draft) => void (draft.backends ??= structuredClone(defaultBackends)));
      }
      return path;
    },
    tellApp: (command) => app.tellApp(command),
    launchApp: () => app.launchApp(),
    quit,
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
