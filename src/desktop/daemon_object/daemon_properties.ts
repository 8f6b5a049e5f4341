import type { ExportedProperty, Value } from "../../dbus/types.ts";
import { variant } from "../../dbus/variant.ts";
import type { BackendStatus, StatusReport } from "../../state/status.ts";

/** Properties of `online.cloudtolocalllm.Daemon1` that change while it runs. */
const changing = {
  /** `connected`, `degraded` or `down`, as `status` prints it. */
  State: { signature: "s", of: (report) => report.state },
  /** The mode that the user chose; `SetMode` changes it. */
  Mode: { signature: "s", of: (report) => report.chosenMode },
  /** The one that routing goes by now: a pause of the cloud or the machine's surroundings may have changed it. */
  ModeInForce: { signature: "s", of: (report) => report.mode },
  /** Id of the backend that a request would go to now; "": none. */
  ActiveBackend: { signature: "s", of: (report) => report.active ?? "" },
  /**
   * One dictionary a backend, in the order of the configuration: `id`, `kind`, `location`, `health` and `url` (`s`),
   * `enabled` and `routable` (`b`), `models` (`as`), and where it is known `latencyMs` (`d`) and `reason` (`s`). More
   * keys may come.
   */
  Backends: { signature: "aa{sv}", of: (report) => report.backends.map(backendValue) },
} as const satisfies Record<string, { signature: string; of: (report: StatusReport) => Value }>;

type Changing = keyof typeof changing;
const names = Object.keys(changing) as Changing[];

export interface FixedFacts {
  /** Base URL that programs of this machine use. */
  address: string;
  version: string;
  /** Whether it was started beside the session's own daemon, on another port or configuration. */
  isBeside: boolean;
}

/** The properties, each asked at `status` when it is read. */
export function daemonProperties(status: () => StatusReport, facts: FixedFacts): Record<string, ExportedProperty> {
  const properties: Record<string, ExportedProperty> = {
    Address: { signature: "s", get: () => facts.address, emitsChange: false },
    Version: { signature: "s", get: () => facts.version, emitsChange: false },
    Beside: { signature: "b", get: () => facts.isBeside, emitsChange: false },
  };
  for (const name of names) {
    properties[name] = { signature: changing[name].signature, get: () => changing[name].of(status()) };
  }
  return properties;
}

/**
 * What listeners have to be told of again when it differs. Figures that change with each check or second (latency, how
 * long until a backend is tried again) are left out: they go along with the next change.
 */
export type Told = Readonly<Record<Changing, string>>;

export function toldOf(report: StatusReport): Told {
  const steady = {
    ...report,
    backends: report.backends.map((backend) => ({
      ...backend,
      latencyMs: null,
      reason: backend.reason?.replace(/\d+ s\b/g, "a while") ?? null,
    })),
  };
  return Object.fromEntries(names.map((name) => [name, JSON.stringify(changing[name].of(steady))])) as Told;
}

/** Names of the properties that differ. */
export function differing(before: Told, after: Told): Changing[] {
  return names.filter((name) => before[name] !== after[name]);
}

function backendValue(backend: BackendStatus): { readonly [key: string]: Value } {
  const { id, kind, url, location, enabled, routable, health, latencyMs, models, reason } = backend;
  return {
    id: variant("s", id),
    kind: variant("s", kind),
    url: variant("s", url),
    location: variant("s", location),
    enabled: variant("b", enabled),
    routable: variant("b", routable),
    health: variant("s", health),
    models: variant("as", models),
    ...(latencyMs === null ? {} : { latencyMs: variant("d", latencyMs) }),
    ...(reason === null ? {} : { reason: variant("s", reason) }),
  };
}
