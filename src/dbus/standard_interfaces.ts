import { introspectionXml } from "./introspection.ts";
import { type Interface, type Method, toInterface } from "./object_tree.ts";
import { parseSingle } from "./signature.ts";
import { BusError, type ExportedProperty, type Value, type Variant } from "./types.ts";
import { toWire } from "./values.ts";
import { variant } from "./variant.ts";

export const propertiesName = "org.freedesktop.DBus.Properties";
const error = (name: string, text: string) => new BusError(`org.freedesktop.DBus.Error.${name}`, text);

/** Peer, for a connection rather than an object. */
export const peer: Interface = toInterface({
  name: "org.freedesktop.DBus.Peer",
  methods: {
    Ping: { in: [], out: [], call: () => [] },
    GetMachineId: { in: [], out: [["machine_uuid", "s"]], call: async () => [await machineId()] },
  },
});

let reading: Promise<string> | undefined;

/** Read once for all who ask meanwhile: standard methods are not bounded. */
function machineId(): Promise<string> {
  return reading ??= readMachineId().finally(() => reading = undefined);
}

async function readMachineId(): Promise<string> {
  for (const path of ["/etc/machine-id", "/var/lib/dbus/machine-id"]) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (/^[0-9a-f]{32}\s*$/.test(text)) return text.trim();
  }
  throw error("Failed", "This machine has no readable machine id");
}

/** Introspectable, for an object with these interfaces (its own are added) and children. */
export function introspectable(own: readonly Interface[], children: readonly string[]): Interface {
  const itself: Interface = toInterface({
    name: "org.freedesktop.DBus.Introspectable",
    methods: {
      Introspect: {
        in: [],
        out: [["xml_data", "s"]],
        call: () => [introspectionXml([...own, itself, peer], children)],
      },
    },
  });
  return itself;
}

/** Properties, for an object with these interfaces. An empty interface name means any, as the specification allows. */
export function properties(own: ReadonlyMap<string, Interface>): Interface {
  const get: Method = {
    in: [["interface_name", "s"], ["property_name", "s"]],
    out: [["value", "v"]],
    call: ([interfaceName, name]) => [read(find(own, interfaceName as string, name as string))],
  };
  const getAll: Method = {
    in: [["interface_name", "s"]],
    out: [["props", "a{sv}"]],
    call: ([interfaceName]) => [readAll(chosen(own, interfaceName as string))],
  };
  const set: Method = {
    in: [["interface_name", "s"], ["property_name", "s"], ["value", "v"]],
    out: [],
    keepsVariants: true,
    call: async ([interfaceName, name, value]) => {
      await write(find(own, interfaceName as string, name as string), name as string, value as Variant);
      return [];
    },
  };
  return toInterface({
    name: propertiesName,
    methods: { Get: get, Set: set, GetAll: getAll },
    signals: {
      PropertiesChanged: [["interface_name", "s"], ["changed_properties", "a{sv}"], ["invalidated_properties", "as"]],
    },
  });
}

function chosen(own: ReadonlyMap<string, Interface>, name: string): Interface[] {
  if (name === "") return [...own.values()];
  const found = own.get(name);
  if (!found) throw error("UnknownInterface", "The object has no such interface");
  return [found];
}

function find(own: ReadonlyMap<string, Interface>, interfaceName: string, name: string): ExportedProperty {
  const owner = chosen(own, interfaceName).find((each) => each.properties.has(name));
  if (!owner) throw error("UnknownProperty", "The interface has no such property");
  return owner.properties.get(name)!;
}

/** A property's present value; throws when it cannot be had or has not the declared type. */
export function read(property: ExportedProperty): Variant {
  const { signature } = property;
  const value = property.get();
  toWire(parseSingle(signature), value);
  return variant(signature, value);
}

/** All that can be read: what fails is left out, as the specification has it. */
function readAll(interfaces: readonly Interface[]): Value {
  const values: Record<string, Variant> = Object.create(null);
  for (const [name, property] of interfaces.flatMap((each) => [...each.properties])) {
    try {
      values[name] = read(property);
    } catch {
      continue;
    }
  }
  return values;
}

/** What the setter returns is passed on: one that waits is waited for, and its failure is the caller's answer. */
function write(property: ExportedProperty, name: string, { signature, value }: Variant): unknown {
  if (!property.set) throw error("PropertyReadOnly", `${name} cannot be set`);
  if (signature !== property.signature) throw error("InvalidArgs", `${name} has the type ${property.signature}`);
  return property.set(value);
}
