import { ConfigError, formatProblems } from "./config_error.ts";
import { currentVersion } from "./migrations.ts";
import { parseConfig } from "./parse_config.ts";
import type { Config } from "./schema.ts";

/** What the command line says over the file, for one run; never written. */
export interface ConfigOverrides {
  host?: string;
  port?: number;
  mode?: Config["route"]["mode"];
  logLevel?: Config["log"]["level"];
  logFormat?: Config["log"]["format"];
}

/** Throws a {@linkcode ConfigError} for a value that the file could not hold either. */
export function checkOverrides(overrides: ConfigOverrides): void {
  const { host, port, mode, logLevel, logFormat } = overrides;
  const listen = { host, port };
  const log = { level: logLevel, format: logFormat };
  const result = parseConfig({ version: currentVersion, listen, route: { mode }, log });
  if (!result.ok) throw new ConfigError(formatProblems(result.problems, "the command line"), result.problems);
}

export function applyOverrides(config: Config, overrides: ConfigOverrides): Config {
  const { host, port, mode, logLevel, logFormat } = overrides;
  const { listen, route, log } = config;
  return {
    ...config,
    listen: { ...listen, host: host ?? listen.host, port: port ?? listen.port },
    route: { ...route, mode: mode ?? route.mode },
    log: { ...log, level: logLevel ?? log.level, format: logFormat ?? log.format },
  };
}

/** Overrides without those whose option changed: what the user says now counts more than what they started with. */
export function withoutChanged(overrides: ConfigOverrides, before: Config, after: Config): ConfigOverrides {
  const keep = <T>(override: T | undefined, old: T, now: T) => old === now ? override : undefined;
  return {
    host: keep(overrides.host, before.listen.host, after.listen.host),
    port: keep(overrides.port, before.listen.port, after.listen.port),
    mode: keep(overrides.mode, before.route.mode, after.route.mode),
    logLevel: keep(overrides.logLevel, before.log.level, after.log.level),
    logFormat: keep(overrides.logFormat, before.log.format, after.log.format),
  };
}
