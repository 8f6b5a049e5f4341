import type { Config } from "../../config/schema.ts";

/** Whether the daemon would listen elsewhere after a restart. `listenUrl`: where it does now. */
export function awaitsRestart(listenUrl: string, { host, port }: Pick<Config["listen"], "host" | "port">): boolean {
  const now = new URL(listenUrl);
  // Port 0 means whichever is free.
  const isSamePort = port === 0 || port === Number(now.port || 80);
  return !isSamePort || plain(host) !== plain(now.hostname);
}

/** `localhost` is listened on as one of its addresses. */
function plain(host: string): string {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, "");
  return ["localhost", "::1", "127.0.0.1"].includes(bare) ? "this machine" : bare;
}
