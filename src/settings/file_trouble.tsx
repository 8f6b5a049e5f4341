import type { SettingsContext } from "./context.ts";
import { Notice } from "./layout.tsx";

/** Above forms of the configuration while its file cannot be used: nothing could be saved. */
export function FileTrouble({ context }: { context: Pick<SettingsContext, "status"> }) {
  if (context.status().configError === null) return null;
  return (
    <Notice kind="warning">
      The configuration file cannot be used, so nothing can be saved. This is what runs.{" "}
      <a href="/settings/about#configuration">See what is wrong</a>
    </Notice>
  );
}
