import type { Arguments, Interface } from "./object_tree.ts";
import type { ExportedProperty } from "./types.ts";

const doctype = `<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">`;
const emitsChangedSignal = "org.freedesktop.DBus.Property.EmitsChangedSignal";

/** What an object offers, as D-Bus Specification, "Introspection Data Format", wants it. */
export function introspectionXml(interfaces: Iterable<Interface>, children: readonly string[]): string {
  const lines = [...interfaces].flatMap(interfaceLines);
  const nodes = children.map((name) => `  <node name="${escape(name)}"/>`);
  return [doctype, "<node>", ...lines, ...nodes, "</node>", ""].join("\n");
}

function interfaceLines({ name, methods, properties, signals }: Interface): string[] {
  return [
    `  <interface name="${name}">`,
    ...[...methods].flatMap(([member, method]) => {
      const args = [...argLines(method.in, ` direction="in"`), ...argLines(method.out, ` direction="out"`)];
      return element(`method name="${member}"`, args);
    }),
    ...[...signals].flatMap(([member, args]) => element(`signal name="${member}"`, argLines(args, ""))),
    ...[...properties].flatMap(([member, property]) => propertyLines(member, property)),
    "  </interface>",
  ];
}

function propertyLines(name: string, { signature, set, emitsChange = true }: ExportedProperty): string[] {
  const access = set ? "readwrite" : "read";
  const annotation = `      <annotation name="${emitsChangedSignal}" value="false"/>`;
  return element(`property name="${name}" type="${signature}" access="${access}"`, emitsChange ? [] : [annotation]);
}

function argLines(args: Arguments, direction: string): string[] {
  return args.map(([name, signature]) => `      <arg name="${escape(name)}" type="${signature}"${direction}/>`);
}

function element(start: string, content: readonly string[]): string[] {
  if (content.length === 0) return [`    <${start}/>`];
  return [`    <${start}>`, ...content, `    </${start.split(" ", 1)[0]}>`];
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
