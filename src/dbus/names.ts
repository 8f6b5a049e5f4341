/** D-Bus Specification, "Valid Names". A bus ends the connection of who sends a bad one, so ours are checked before. */
const maxLength = 255;
const interfaceName = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/;
const memberName = /^[A-Za-z_]\w*$/;
const uniqueName = /^:[\w-]+(?:\.[\w-]+)+$/;
const wellKnownName = /^[A-Za-z_-][\w-]*(?:\.[A-Za-z_-][\w-]*)+$/;
const objectPath = /^\/(?:\w+(?:\/\w+)*)?$/;

/** The bus itself, as sender and destination. */
export const theBus = "org.freedesktop.DBus";

export function isUniqueName(name: string): boolean {
  return name.startsWith(":");
}

export function isObjectPath(path: string): boolean {
  return objectPath.test(path);
}

/** Also the rule for error names. */
export function isInterfaceName(name: string): boolean {
  return name.length <= maxLength && interfaceName.test(name);
}

export function isMemberName(name: string): boolean {
  return name.length <= maxLength && memberName.test(name);
}

export function isBusName(name: string): boolean {
  return name.length <= maxLength && (isUniqueName(name) ? uniqueName : wellKnownName).test(name);
}

const checks = {
  "object path": isObjectPath,
  "interface name": isInterfaceName,
  "member name": isMemberName,
  "bus name": isBusName,
};

/** Throws a TypeError unless each name that is there is a valid one of its kind. */
export function assertNames(names: { [kind in keyof typeof checks]?: string }): void {
  for (const [kind, isValid] of Object.entries(checks)) {
    const name = names[kind as keyof typeof checks];
    if (name !== undefined && !isValid(name)) throw new TypeError(`Not a valid ${kind}: ${JSON.stringify(name)}`);
  }
}
