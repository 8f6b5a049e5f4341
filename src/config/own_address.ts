import { isLoopback } from "../core/loopback.ts";
import type { ConfigProblem } from "./config_error.ts";
import { pathText } from "./path_text.ts";
import type { Config } from "./schema.ts";

/**
 * Each backend whose address is the daemon's own: it would ask itself, which asks itself. `started`: where it listens;
 * with port 0 that is not known before.
 */
export function ownAddressProblems(
  { backends }: Pick<Config, "backends">,
  started: Pick<Config["listen"], "host" | "port">,
): ConfigProblem[] {
  return backends.flatMap(({ url }, index) => {
    const { hostname, port, protocol } = new URL(url);
    const isOwnPort = Number(port || (protocol === "https:" ? 443 : 80)) === started.port;
    const host = hostname.replace(/^\[|\]$/g, "");
    const isOwnHost = isLoopback(host) || host === started.host || host === "0.0.0.0" || host === "::";
    if (started.port === 0 || !isOwnPort || !isOwnHost) return [];
    const reason = "is the address of this daemon itself; name the model server's own, such as http://127.0.0.1:11434";
    return [{ path: pathText(["backends", index, "url"]), reason, value: JSON.stringify(url) }];
  });
}
