import { type ConfigInput, defaultBackends } from "../config/schema.ts";
import type { OldConnection } from "./old_settings.ts";
import { isSameServer } from "./old_url.ts";

export type BackendInput = NonNullable<ConfigInput["backends"]>[number];

/** The name under which the predecessor's token is kept, unless the configuration has another for its backend. */
export const tokenName = "cloudtolocalllm";

/** What the predecessor had; `null`: it had none of that kind. */
type OldConnections = { local: OldConnection | null; cloud: OldConnection | null };

/** The predecessor's connections as backends of ours. Pure. */
export function newBackends({ local, cloud }: OldConnections): BackendInput[] {
  const backends: BackendInput[] = [];
  if (local) {
    backends.push({ id: "local", kind: "ollama", url: local.url, location: "local", ...common(local) });
  }
  if (cloud) {
    const { url } = cloud;
    const kind = "cloudtolocalllm";
    backends.push({ id: "cloud", kind, url, location: "cloud", ...common(cloud), secret: tokenName });
  }
  return backends;
}

/** What the default says already is not written. */
function common({ enabled, timeoutS }: OldConnection): Partial<BackendInput> {
  const timeouts = timeoutS === null ? {} : { timeouts: { firstByteMs: Math.round(timeoutS * 1_000) } };
  return { ...enabled ? {} : { enabled }, ...timeouts };
}

/** A whole configuration of them, for who has none. */
export function newConfig(settings: OldConnections): ConfigInput {
  return { version: 1, backends: newBackends(settings) };
}

/** How the predecessor's connections stand to a configuration that is there. */
export interface Comparison {
  /** Those that it has not; the cloud also where it is there but has no token. */
  missing: BackendInput[];
  /** Under which name the cloud's token has to be kept to be used; `null`: no backend there would use it. */
  secret: string | null;
}

/** Pure. `written`: what the file says, without defaults. */
export function compare(written: ConfigInput, settings: OldConnections): Comparison {
  const there = written.backends ?? defaultBackends;
  const missing = newBackends(settings).filter((wanted) => {
    const same = there.find((backend) => isSame(backend, wanted));
    return same === undefined || (wanted.secret && !same.secret);
  });
  const [cloud] = newBackends({ local: null, cloud: settings.cloud });
  return { missing, secret: cloud ? there.find((backend) => isSame(backend, cloud))?.secret ?? null : null };
}

/** Adds what is missing, as the last of its location; what is there stays as it is. */
export function addMissing(draft: ConfigInput, missing: readonly BackendInput[]): void {
  const there = draft.backends ??= structuredClone(defaultBackends);
  for (const wanted of missing) {
    const same = there.find((backend) => isSame(backend, wanted));
    if (same) same.secret = wanted.secret;
    else there.push({ ...wanted, id: freeId(wanted.id, there), priority: lastPriority(wanted, there) });
  }
}

function isSame(a: BackendInput, b: BackendInput): boolean {
  return a.kind === b.kind && isSameServer(a.url, b.url);
}

function freeId(id: string, there: readonly BackendInput[]): string {
  for (let count = 1;; count++) {
    const name = count === 1 ? id : `${id}-${count}`;
    if (!there.some((backend) => backend.id === name)) return name;
  }
}

function lastPriority({ location }: BackendInput, there: readonly BackendInput[]): number {
  const others = there.filter((backend) => backend.location === location).map(({ priority = 1 }) => priority);
  return Math.min(1_000, Math.max(0, ...others) + 1);
}
