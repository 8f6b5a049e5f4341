import { assertNames } from "./names.ts";
import { parseSignature, parseSingle } from "./signature.ts";
import type { Caller, ExportedInterface, ExportedMethod, ExportedProperty, Value } from "./types.ts";

export type Arguments = readonly (readonly [name: string, signature: string])[];

/** A method as the dispatcher calls it. */
export interface Method extends Pick<ExportedMethod, "in" | "out"> {
  /** Calls at once are bounded. The standard interfaces answer always. */
  answersLater?: boolean;
  /** Variants are given with their signature. */
  keepsVariants?: boolean;
  call(args: readonly Value[], caller: Caller): readonly Value[] | Promise<readonly Value[]>;
}

/** An exported interface in maps, in which nothing is found that was not declared. */
export interface Interface {
  readonly name: string;
  readonly methods: ReadonlyMap<string, Method>;
  readonly properties: ReadonlyMap<string, ExportedProperty>;
  readonly signals: ReadonlyMap<string, Arguments>;
}

/** Interfaces at their paths. */
export class ObjectTree {
  readonly #objects = new Map<string, Map<string, Interface>>();

  /** Throws a TypeError for what D-Bus does not allow, or when that interface is there already. */
  add(path: string, exported: ExportedInterface): () => void {
    assertNames({ "object path": path });
    const added = toInterface(exported);
    const object = this.#objects.get(path) ?? new Map<string, Interface>();
    if (object.has(added.name)) throw new TypeError(`${added.name} is exported at ${path} already`);
    object.set(added.name, added);
    this.#objects.set(path, object);
    return () => this.#remove(path, object, added);
  }

  /** Interfaces of ours at a path, by name; empty for one that only has others below it; `undefined` for no object. */
  at(path: string): ReadonlyMap<string, Interface> | undefined {
    return this.#objects.get(path) ?? (path === "/" || this.children(path).length > 0 ? new Map() : undefined);
  }

  /** The next elements of the paths below this one, sorted. */
  children(path: string): readonly string[] {
    const prefix = path === "/" ? "/" : `${path}/`;
    const names = [...this.#objects.keys()].filter((other) => other.startsWith(prefix) && other !== "/")
      .map((other) => other.slice(prefix.length).split("/", 1)[0]);
    return [...new Set(names)].sort();
  }

  clear(): void {
    this.#objects.clear();
  }

  #remove(path: string, object: Map<string, Interface>, added: Interface): void {
    if (object.get(added.name) === added) object.delete(added.name);
    if (object.size === 0 && this.#objects.get(path) === object) this.#objects.delete(path);
  }
}

export function toInterface(
  exported: Omit<ExportedInterface, "methods"> & { methods?: Readonly<Record<string, Method>> },
): Interface {
  const { name, methods = {}, properties = {}, signals = {} } = exported;
  assertNames({ "interface name": name });
  for (const member of [methods, properties, signals].flatMap(Object.keys)) assertNames({ "member name": member });
  for (const method of Object.values(methods)) [method.in, method.out].forEach(signatureOf);
  for (const property of Object.values(properties)) parseSingle(property.signature);
  Object.values(signals).forEach(signatureOf);
  return {
    name,
    methods: new Map(Object.entries(methods)),
    properties: new Map(Object.entries(properties)),
    signals: new Map(Object.entries(signals)),
  };
}

/** Signature of all arguments together. Throws a TypeError when one is not a complete type. */
export function signatureOf(args: Arguments): string {
  for (const [, signature] of args) parseSingle(signature);
  const signature = args.map(([, each]) => each).join("");
  parseSignature(signature);
  return signature;
}
