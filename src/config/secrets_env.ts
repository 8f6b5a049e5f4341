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
    // Only blanks and line ends: a file read by a shell ends with one, other control characters are a mistake.
    const value = env(variable)?.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
    if (!value) return undefined;
    if (!/^[\x20-\x7e]+$/.test(value)) {
      throw new TypeError(
        `Cannot use the token in ${variable}: it holds a line break, a control character or a letter outside ASCII`,
      );
    }
    onRead(value);
    return value;
  };
}
