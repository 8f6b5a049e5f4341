import { isSecretName, secretNameRule } from "../config/secret_name.ts";
import { secretValue } from "../config/secret_value.ts";
import { messageOf } from "../core/errors.ts";
import { SecretError, type SecretErrorCode } from "../state/secrets.ts";

/** Throws unless a secret may be called so; the error does not repeat it. */
export function checkName(name: string): void {
  if (!isSecretName(name)) throw new SecretError("invalid", secretNameRule);
}

/** A value as it is kept. Throws when there is none, or one that cannot be used. */
export function valueToKeep(text: string): string {
  const value = usable(text, { place: "the value", code: "invalid" });
  if (value === undefined) throw new SecretError("invalid", "The value is empty; to forget a secret, clear it");
  return value;
}

/** A value that a home had; `undefined` when it is empty. */
export function valueFound(text: string, place: string): string | undefined {
  return usable(text, { place, code: "failed" });
}

function usable(text: string, { place, code }: { place: string; code: SecretErrorCode }): string | undefined {
  try {
    return secretValue(text, place);
  } catch (cause) {
    throw new SecretError(code, messageOf(cause), { cause });
  }
}
