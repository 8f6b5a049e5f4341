import type { SettingsContext } from "../context.ts";
import { SecretError } from "../../state/secrets.ts";

/** What was typed as a token, blanks around it removed; `undefined`: nothing was. */
export function sentToken(form: FormData): string | undefined {
  const token = String(form.get("token") ?? "").trim();
  return token === "" ? undefined : token;
}

/**
 * Why a form without a token cannot be taken; `undefined`: it can. Who agreed to the file, or whose token was refused a
 * moment ago, has one in mind: it is never sent back to the browser, so it has to be typed again.
 */
export function missingToken(form: FormData): string | undefined {
  if (sentToken(form) !== undefined || !(form.has("insecureFile") || form.has("tokenRefused"))) return undefined;
  return "Type the token again: it is not sent back to this page";
}

/** Keeps a token under a name. Gives why it was not kept, for who typed it; `undefined` when all went well. */
export async function saveToken(
  { secrets }: Pick<SettingsContext, "secrets">,
  name: string,
  options: { token: string; form: FormData; signal: AbortSignal },
): Promise<string | undefined> {
  const { token, form, signal } = options;
  try {
    await secrets.set(name, token, { insecureFile: form.has("insecureFile"), signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return error.message;
  }
}
