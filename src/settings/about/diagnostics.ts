import { ConfigError } from "../../config/config_error.ts";
import { messageOf } from "../../core/errors.ts";
import { secretVariable } from "../../config/secrets_env.ts";
import type { SettingsContext } from "../context.ts";
import { withoutPrivate } from "../without_private.ts";

/** Variables that decide what the daemon finds and where it appears. Their names are told, never their values. */
const variables = [
  "HOME",
  "XDG_CONFIG_HOME",
  "XDG_STATE_HOME",
  "XDG_RUNTIME_DIR",
  "XDG_CURRENT_DESKTOP",
  "DBUS_SESSION_BUS_ADDRESS",
  "DBUS_SYSTEM_BUS_ADDRESS",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "NO_PROXY",
  "APPIMAGE",
];

/** All that helps to find a fault, as data: what every secret was and where the home folder is stands nowhere in it. */
export async function diagnostics(context: SettingsContext): Promise<unknown> {
  const { status, version, clock, sentence, paths, recentLog, config } = context;
  const facts = {
    madeAt: new Date(clock.now()).toISOString(),
    version,
    runtime: { ...Deno.version, os: Deno.build.os, arch: Deno.build.arch, isCompiled: Deno.build.standalone },
    sentence: sentence(),
    status: status(),
    paths,
    configuration: { file: context.configFile.path, ...await written(context), inForce: config() },
    environment: environment(context),
    secrets: await secretPlaces(context),
    log: recentLog.lines.map((line) => line.trimEnd()),
  };
  return cleaned(facts, withoutPrivate(context));
}

/** What the file says; of one that cannot be used only why, for what is in it nobody has checked. */
async function written({ configFile }: SettingsContext): Promise<object> {
  try {
    return { written: (await configFile.snapshot()).written };
  } catch (error) {
    if (error instanceof ConfigError) return { written: null, problems: error.problems };
    throw error;
  }
}

/** Which secrets there are, where, and what is wrong with them; never their values. */
async function secretPlaces({ secrets }: SettingsContext): Promise<object> {
  try {
    return { keyring: await secrets.keyring(), known: await secrets.list() };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

function environment({ env, config }: SettingsContext): object {
  const { backends, listen } = config();
  const secrets = [listen.clientKey, ...backends.map(({ secret }) => secret)].filter((name) => name !== null);
  const all = [...variables, ...new Set(secrets.map(secretVariable))];
  const isSet = (name: string) => (env(name) ?? "") !== "";
  return { set: all.filter(isSet), unset: all.filter((name) => !isSet(name)) };
}

/**
 * The same with every text cleaned, names of fields too. Done on the data and not on its JSON, which a secret such as
 * `null` would break.
 */
export function cleaned(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === "string") return clean(value);
  if (typeof value === "number") return clean(String(value)) === String(value) ? value : clean(String(value));
  if (Array.isArray(value)) return value.map((one) => cleaned(one, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [clean(key), cleaned(one, clean)]));
}
