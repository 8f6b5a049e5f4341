import type { ConfigProblem } from "./config_error.ts";
import type { Config } from "./schema.ts";

/**
 * Secrets that a configuration names and that cannot be had: it is good all the same, but something will not work.
 * `problemOf` says why not; `undefined`: it is there.
 */
export function unsetSecrets(
  { listen, backends }: Config,
  problemOf: (name: string) => string | undefined,
): ConfigProblem[] {
  const problem = (path: string, name: string | null, effect: string): ConfigProblem[] => {
    const reason = name === null ? undefined : problemOf(name);
    return reason === undefined ? [] : [{ path, reason: `${reason}; without it ${effect}`, value: "" }];
  };
  return [
    ...problem("listen.clientKey", listen.clientKey, "the daemon does not start"),
    ...backends.flatMap(({ id, enabled, secret }, index) =>
      enabled ? problem(`backends[${index}].secret`, secret, `"${id}" is not asked`) : []
    ),
  ];
}
