import type { ConfigStore } from "../config/config_store.ts";
import { defaultBackends } from "../config/schema.ts";
import type { Clock } from "../core/clock.ts";
import { testConnection } from "../health/test_connection.ts";
import type { Commands } from "../state/commands.ts";
import type { Broker } from "./broker.ts";
import type { CloudPause } from "./cloud_pause.ts";

export interface CommandParts {
  configStore: ConfigStore;
  broker: Broker;
  pause: CloudPause;
  clock: Clock;
  quit: () => void;
}

/** What users may command, carried out on the parts that it concerns. */
export function createCommands({ configStore, broker, pause, clock, quit }: CommandParts): Commands {
  const { backends, monitor } = broker;
  return {
    async setMode(mode) {
      await configStore.setMode(mode);
      await pause.end();
    },
    async testBackend(id, signal) {
      const backend = backends.get(id);
      if (!backend) return undefined;
      const result = await testConnection(backend, { clock, signal });
      await monitor.probeNow(id);
      return result;
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
