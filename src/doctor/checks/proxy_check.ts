import { userNoProxy } from "../../core/direct_loopback.ts";
import type { Check, DoctorContext } from "../check.ts";
import { found, well } from "../finding.ts";

const variables = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/** Whether programs that use this shell's proxy would ask it for this machine. Its address may hold a password: it is not told. */
export const proxyCheck: Check = {
  name: "proxy",
  run({ env }: DoctorContext) {
    const set = variables.find((name) => env(name));
    if (set === undefined) return Promise.resolve([]);
    if (exceptsLoopback(userNoProxy(env))) return Promise.resolve([well("proxy", `${set} leaves this machine out`)]);
    const what =
      `${set} is set and NO_PROXY does not except 127.0.0.1: this program goes straight, others may ask the proxy for it`;
    const names = "localhost,127.0.0.1,::1";
    const run = `export NO_PROXY="${names}\${NO_PROXY:+,$NO_PROXY}" no_proxy="${names}\${no_proxy:+,$no_proxy}"`;
    return Promise.resolve([found("proxy-catches-loopback", what, { run })]);
  },
};

/** Pure. */
export function exceptsLoopback(noProxy: string): boolean {
  const names = noProxy.split(",").map((name) => name.trim());
  return names.some((name) => name === "*" || name === "127.0.0.1" || name === "127.0.0.0/8");
}
