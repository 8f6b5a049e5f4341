import { secretValue } from "./secret_value.ts";

/** The environment variable that holds the secret of a name: upper case, `-` becomes `_`. */
export function secretVariable(name: string): string {
  return `CLOUDTOLOCALLLM_SECRET_${name.toUpperCase().replaceAll("-", "_")}`;
}

/**
 * Secrets by name from environment variables. A value is trimmed; an empty one counts as unset. `onRead` is told each
 * value before it is given away.
 *
 * Throws when a value holds something that no HTTP header can carry; the error names the variable, not the value.
 */
export function envSecrets(
  env: (name: string) => string | undefined,
  onRead: (value: string) => void = () => {},
): (name: string) => string | undefined {
  return (name) => {
    const variable = secretVariable(name);
    const value = secretValue(env(variable) ?? "", `the token in ${variable}`);
    if (value === undefined) return undefined;
    onRead(value);
    return value;
  };
}
