/** Where a bus listens, as `Deno.connect` takes it. */
export type BusEndpoint =
  | { transport: "unix"; path: string }
  | { transport: "tcp"; hostname: string; port: number };

type Env = (name: string) => string | undefined;

/** Socket of the system bus (D-Bus Specification, "System message bus"), and where it was before `/run`. */
const systemDefault = "unix:path=/run/dbus/system_bus_socket;unix:path=/var/run/dbus/system_bus_socket";

/**
 * Address of the session's bus: `DBUS_SESSION_BUS_ADDRESS`, else `bus` in `XDG_RUNTIME_DIR`, where systemd has it;
 * `undefined` when there is neither.
 */
export function sessionBusAddress(env: Env): string | undefined {
  const runtimeDir = env("XDG_RUNTIME_DIR");
  const atRuntime = runtimeDir ? `unix:path=${escapeValue(runtimeDir)}/bus` : undefined;
  const given = env("DBUS_SESSION_BUS_ADDRESS");
  if (!given) return atRuntime;
  return atRuntime ? given.replaceAll(/\bunix:runtime=yes\b/g, () => atRuntime) : given;
}

export function systemBusAddress(env: Env): string {
  return env("DBUS_SYSTEM_BUS_ADDRESS") || systemDefault;
}

/**
 * The endpoints of an address list, in the order in which they are to be tried (D-Bus Specification, "Server
 * Addresses"); those that we cannot use are left out. Throws a TypeError that says why when none is left.
 */
export function parseAddress(address: string): BusEndpoint[] {
  const endpoints: BusEndpoint[] = [];
  const reasons: string[] = [];
  for (const entry of address.split(";").filter((each) => each !== "")) {
    const found = parseEntry(entry);
    if (typeof found === "string") reasons.push(found);
    else endpoints.push(found);
  }
  if (endpoints.length > 0) return endpoints;
  throw new TypeError(`Not a usable bus address: ${reasons.join("; ") || "it is empty"}`);
}

function parseEntry(entry: string): BusEndpoint | string {
  const colon = entry.indexOf(":");
  if (colon < 1) return `${JSON.stringify(entry)} has no transport`;
  const transport = entry.slice(0, colon);
  const options = parseOptions(entry.slice(colon + 1));
  if (options === undefined) return `${JSON.stringify(entry)} has a badly written option`;
  if (transport === "unix") return unixEndpoint(options);
  if (transport === "tcp") return tcpEndpoint(options);
  return `the transport ${JSON.stringify(transport)} is not supported`;
}

function unixEndpoint(options: ReadonlyMap<string, string>): BusEndpoint | string {
  const path = options.get("path");
  if (path) return { transport: "unix", path };
  const abstract = options.get("abstract");
  if (abstract) return { transport: "unix", path: `\0${abstract}` };
  if (options.has("runtime")) return "unix:runtime needs XDG_RUNTIME_DIR";
  return "the transport unix needs a path";
}

function tcpEndpoint(options: ReadonlyMap<string, string>): BusEndpoint | string {
  const port = Number(options.get("port"));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return "the transport tcp needs a port";
  return { transport: "tcp", hostname: options.get("host") ?? "127.0.0.1", port };
}

function parseOptions(text: string): ReadonlyMap<string, string> | undefined {
  const options = new Map<string, string>();
  for (const pair of text.split(",").filter((each) => each !== "")) {
    const equals = pair.indexOf("=");
    const value = equals < 1 ? undefined : unescapeValue(pair.slice(equals + 1));
    if (value === undefined) return undefined;
    options.set(pair.slice(0, equals), value);
  }
  return options;
}

function unescapeValue(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function escapeValue(value: string): string {
  return encodeURIComponent(value).replaceAll("%2F", "/");
}
