import type { Config } from "../../config/schema.ts";
import type { Check, DoctorContext } from "../check.ts";
import { type Finding, found, type Remedy, well } from "../finding.ts";
import type { Listening, PortSight } from "../port_sight.ts";

/** Whether the daemon has its port, or can have it. */
export const portCheck: Check = {
  name: "port",
  async run(context) {
    const daemon = await context.daemon();
    const { result } = await context.config();
    if (!result.ok) return [];
    const { listen } = result.config;
    if (daemon.kind === "runs") {
      return listensAt(daemon.status.listen, listen)
        ? [well("port", `The daemon listens where it should: ${daemon.status.listen}`)]
        : [elsewhere(daemon.status.listen, listen, context.commands.restart)];
    }
    if (listen.port === 0) return [well("port", "The daemon takes any free port (listen.port is 0)")];
    return portFindings(await context.port(), listen, context);
  },
};

/** Whether a daemon at `url` listens as the configuration says. Pure. */
export function listensAt(url: string, { host, port }: Pick<Config["listen"], "host" | "port">): boolean {
  const now = new URL(url);
  const names = ["localhost", "127.0.0.1", "::1"];
  const hostname = now.hostname.replace(/^\[|\]$/g, "");
  const isHost = hostname === host || (names.includes(hostname) && names.includes(host));
  return isHost && (port === 0 || Number(now.port || 80) === port);
}

function elsewhere(url: string, { host, port }: Config["listen"], restart: string): Finding {
  const what =
    `The daemon listens at ${url}, the configuration says ${host}:${port}; it was started with other settings`;
  return found("restart-needed", what, { run: restart });
}

/** What the holder of a port means for a daemon that is not running. Pure. */
export function portFindings(
  sight: PortSight,
  { host, port }: Pick<Config["listen"], "host" | "port">,
  { paths: { configFile } }: Pick<DoctorContext, "paths">,
): Finding[] {
  const place = `Port ${port} of ${host}`;
  const other = `set another listen.port in ${configFile}`;
  switch (sight.kind) {
    case "free":
      return [well("port", `${place} is free for the daemon`)];
    case "broker":
      return [];
    case "systemd":
      return [well("port", `systemd holds port ${port} and starts the daemon at the first request`)];
    case "ollama":
      return [
        found(
          "port-held-by-ollama",
          `Ollama${
            idOf(sight.process)
          } holds port ${port}, which is the daemon's; Ollama's own is 11434. OLLAMA_HOST has led it there`,
          endOf(sight.process, `Start Ollama without OLLAMA_HOST, or ${other}`),
        ),
      ];
    case "other": {
      const who = sight.process ? `${sight.process.program}${idOf(sight.process)}` : "A program of another user";
      const what = `${who} holds port ${port}, so the daemon cannot listen there`;
      const need = sight.process ? `; if you need it, ${other}` : "";
      return [found("port-held", what + need, endOf(sight.process, `End it, or ${other}`))];
    }
    case "forbidden":
      return [
        found("port-forbidden", `${place} is not for programs of users`, {
          step: `Set listen.port to 1024 or more in ${configFile}`,
        }),
      ];
    case "not_here":
      return [
        found("address-not-here", `${host} is no address of this machine`, {
          step: `Set listen.host to 127.0.0.1, or to an address of this machine, in ${configFile}`,
        }),
      ];
  }
}

function idOf(process: Listening | undefined): string {
  return process ? ` (process ${process.pid})` : "";
}

function endOf(process: Listening | undefined, step: string): Remedy {
  return process ? { run: `kill ${process.pid}` } : { step };
}
