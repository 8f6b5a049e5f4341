import type { ConfigProblem } from "./config_error.ts";
import type { Config } from "./schema.ts";

/** Secrets that a configuration names and that are not set: it is good all the same, but something will not work. */
export function unsetSecrets(
  { listen, backends }: Config,
  secrets: (name: string) => string | undefined,
): ConfigProblem[] {
  const problem = (path: string, name: string | null, effect: string): ConfigProblem[] => {
    if (name === null || secrets(name) !== undefined) return [];
    return [{
      path,
      reason: `"${name}" is not set: cloudtolocalllm secret set ${name}; without it ${effect}`,
      value: "",
    }];
  };
  return [
    ...problem("listen.clientKey", listen.clientKey, "the daemon does not start"),
    ...backends.flatMap(({ id, enabled, secret }, index) =>
      enabled ? problem(`backends[${index}].secret`, secret, `"${id}" is not asked`) : []
    ),
  ];
}
