import type { Config } from "./schema.ts";

/** Who names a secret in a configuration. */
export interface SecretUse {
  name: string;
  /** Id of a backend, or {@linkcode clientKeyUse}. */
  by: string;
  /** Whether something does not work without it: of a backend that is off it is not needed. */
  isNeeded: boolean;
}

export const clientKeyUse = "listen.clientKey";

/** Every use of a secret in a configuration. */
export function secretUses({ listen, backends }: Pick<Config, "listen" | "backends">): SecretUse[] {
  const ofClients = listen.clientKey === null ? [] : [{ name: listen.clientKey, by: clientKeyUse, isNeeded: true }];
  return [
    ...ofClients,
    ...backends.flatMap(({ id, enabled, secret }) =>
      secret === null ? [] : [{ name: secret, by: id, isNeeded: enabled }]
    ),
  ];
}
