import type { SettingsContext } from "./context.ts";

/** Takes out of a text what is nobody else's business: every known secret, and where the user's home folder is. */
export function withoutPrivate({ redact, env }: Pick<SettingsContext, "redact" | "env">): (text: string) => string {
  const home = env("HOME")?.replace(/\/+$/, "");
  // Of another folder that only begins alike the name stays whole.
  const pattern = home?.startsWith("/") ? new RegExp(`${RegExp.escape(home)}(?![\\w.-])`, "g") : undefined;
  return (text) => pattern ? redact(text).replace(pattern, "~") : redact(text);
}
