import { messageOf } from "../../core/errors.ts";
import { BusError } from "../../dbus/types.ts";
import { SecretError } from "../../state/secrets.ts";

/** Names of errors that say that nobody is there who could keep secrets, and none can be started. */
const absent = /^org\.freedesktop\.DBus\.Error\.(ServiceUnknown|NameHasNoOwner|Spawn\..*)$/;

const lockedName = "org.freedesktop.Secret.Error.IsLocked";
const maxWords = 200;

export function lockedKeyring(): SecretError {
  return new SecretError("locked", "The keyring is locked");
}

export function dismissedPrompt(): SecretError {
  return new SecretError("dismissed", "The keyring was not unlocked: its question was closed without an answer");
}

export function absentKeyring(reason: string, cause?: unknown): SecretError {
  return new SecretError("no_keyring", `No keyring can be used: ${reason}`, { cause });
}

/** `reason` in the keyring's own words, or ours about it. */
export function failedKeyring(reason: string, cause?: unknown): SecretError {
  const words = reason.length > maxWords ? `${reason.slice(0, maxWords - 1)}…` : reason;
  return new SecretError("failed", `The keyring failed: ${words}`, { cause });
}

/** What an error of the bus means for a secret. `signal` aborted: its reason, unchanged. */
export function toSecretError(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof SecretError) return error;
  if (!(error instanceof BusError)) return failedKeyring(messageOf(error), error);
  if (error.busName === lockedName) return lockedKeyring();
  if (absent.test(error.busName)) return absentKeyring("no Secret Service runs in this session", error);
  return failedKeyring(error.message, error);
}
