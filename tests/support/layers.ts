const belowApp = [
  "src/http",
  "src/settings",
  "src/desktop",
  "src/applink",
  "src/secrets",
  "src/usage",
  "src/service",
  "src/migration",
  "src/doctor",
  "src/backends",
  "src/health",
  "src/broker",
  "src/protocol",
  "src/state",
  "src/config",
  "src/core",
];

/**
 * Which folder may import which (docs/ARCHITECTURE.md, "Which way imports point"): the folders that each one stands on,
 * its own left out. A folder that is not here may not exist.
 */
const below: Record<string, readonly string[]> = {
  "main.ts": ["src/cli", "src/core"],
  "src/app.ts": ["src/app", ...belowApp],
  "src/app": ["src/app.ts", ...belowApp],
  "src/cli": ["src/config", "src/core"],
  "src/http": ["src/broker", "src/protocol", "src/state", "src/config", "src/core"],
  "src/settings": ["src/broker", "src/protocol", "src/state", "src/config", "src/core"],
  "src/desktop": ["src/dbus", "src/broker", "src/protocol", "src/state", "src/config", "src/core", "ffi"],
  "src/applink": ["src/broker", "src/protocol", "src/state", "src/config", "src/core"],
  "src/secrets": ["src/dbus", "src/state", "src/config", "src/core"],
  "src/usage": ["src/broker", "src/state", "src/config", "src/core"],
  "src/service": ["src/state", "src/config", "src/core", "packaging"],
  "src/migration": ["src/state", "src/config", "src/core"],
  "src/doctor": ["src/state", "src/config", "src/core"],
  "src/backends": ["src/broker", "src/protocol", "src/state", "src/config", "src/core"],
  "src/health": ["src/broker", "src/protocol", "src/state", "src/config", "src/core"],
  "src/broker": ["src/protocol", "src/state", "src/config", "src/core"],
  "src/state": ["src/config", "src/core"],
  "src/protocol": ["src/core"],
  "src/config": ["src/core"],
  "src/dbus": ["src/core"],
  "src/client": ["src/core"],
  "src/demo": ["src/core"],
  "src/core": ["deno.json"],
  "ffi": [],
};

/** Folders that may be reached only when they are needed: `import()`, or a type. */
const lazilyBelow: Record<string, readonly string[]> = {
  "src/cli": ["src/app.ts", "src/app", "src/service", "src/migration", "src/doctor", "src/demo", "ffi"],
};

/** Folders of which only types may be known. */
const typesBelow: Record<string, readonly string[]> = { "src/cli": ["src/state"] };

/** Packages that only some folders may import; `@std/*` is for all, any other package only for who is named. */
const packages: [pattern: RegExp, importers: readonly string[]][] = [
  [/^@std\//, foldersBut("src/core", "src/client")],
  [/^@hono\//, ["src/http", "src/settings"]],
  [/^(valibot$|@valibot\/)/, ["src/config"]],
  [/^dbus-native(\/|$)/, ["src/dbus"]],
  [/^node:/, foldersBut("src/core", "src/client", "ffi")],
];

/** Packages that a folder may import only when they are needed, `import()`: the client library runs in browsers too. */
const lazyPackages: [pattern: RegExp, importers: readonly string[]][] = [[/^node:/, ["src/client"]]];

function foldersBut(...others: string[]): string[] {
  return Object.keys(below).filter((folder) => !others.includes(folder));
}

/** An import, as the module graph tells it. */
export interface ImportEdge {
  /** Path of the importing file below the repository's root. */
  from: string;
  /** A path below the root, or a package's specifier such as `@hono/hono` or `node:net`. */
  to: string;
  isDynamic?: boolean;
  isTypeOnly?: boolean;
}

/** The part of the house that a file belongs to: `src/core`, `src/app.ts`, `main.ts`, `ffi`. */
export function folderOf(path: string): string {
  const [top, second] = path.split("/");
  return top === "src" ? `src/${second}` : top;
}

/** Why an import is not allowed; `undefined` when it is. Pure. */
export function forbidden({ from, to, isDynamic = false, isTypeOnly = false }: ImportEdge): string | undefined {
  const folder = folderOf(from);
  if (!Object.hasOwn(below, folder)) return `${from}: the folder ${folder} has no place in the layers`;
  if (isPackage(to)) return forbiddenPackage(from, { specifier: to, isLazy: isDynamic || isTypeOnly });
  const target = folderOf(to);
  if (target === folder || below[folder].includes(target)) return undefined;
  if ((isDynamic || isTypeOnly) && lazilyBelow[folder]?.includes(target)) return undefined;
  if (isTypeOnly && typesBelow[folder]?.includes(target)) return undefined;
  return `${from} imports ${to}: ${folder} may not import ${target}`;
}

function forbiddenPackage(
  from: string,
  { specifier, isLazy }: { specifier: string; isLazy: boolean },
): string | undefined {
  const tables = isLazy ? [packages, lazyPackages] : [packages];
  const isImporter = tables.some((table) =>
    table.some(([pattern, importers]) => pattern.test(specifier) && importers.includes(folderOf(from)))
  );
  return isImporter ? undefined : `${from} imports ${specifier}: not from this folder`;
}

function isPackage(to: string): boolean {
  return !/^(src|ffi|tests|types|packaging|docs)\/|^(main\.ts|deno\.json)$/.test(to);
}
