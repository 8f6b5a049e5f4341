import { isLoopback } from "../core/loopback.ts";
import type { ConfigProblem } from "./config_error.ts";
import type { Config } from "./schema.ts";

/** What keeps the daemon from starting: beyond loopback it demands a client key. */
export function missingClientKey({ host, clientKey }: Config["listen"]): ConfigProblem[] {
  if (clientKey !== null || isLoopback(host)) return [];
  const reason = `must be set when listen.host is ${host}, which other machines can reach: to a name such as ` +
    `"clients", with the key set by: cloudtolocalllm secret set clients`;
  return [{ path: "listen.clientKey", reason, value: "" }];
}
