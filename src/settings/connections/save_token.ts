import type { SettingsContext } from "../context.ts";
import { SecretError } from "../../state/secrets.ts";

/** What was typed as a token, blanks around it removed; `undefined`: nothing was. */
export function sentToken(form: FormData): string | undefined {
  const token = String(form.get("token") ?? "").trim();
  return token === "" ? undefined : token;
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
