import { parseSignature, type Type } from "../../../src/dbus/signature.ts";
import type { Value } from "../../../src/dbus/types.ts";

const jsTypes: Record<string, string> = {
  b: "boolean",
  s: "string",
  o: "string",
  g: "string",
  x: "bigint",
  t: "bigint",
};

/** Why values, as they were read from the bus, are not of this signature; `undefined` when they are. */
export function misfit(signature: string, values: readonly Value[]): string | undefined {
  const types = parseSignature(signature);
  if (types.length !== values.length) return `${values.length} values where the signature is "${signature}"`;
  return firstOf(types.map((type, at) => misfitOf(type, values[at])));
}

function misfitOf({ code, of }: Type, value: Value): string | undefined {
  if (code === "v") return undefined;
  if (code === "a" && of[0].code === "y") return value instanceof Uint8Array ? undefined : notA("ay", value);
  if (code === "a" && of[0].code === "{") {
    if (typeof value !== "object" || Array.isArray(value)) return notA("a{…}", value);
    return firstOf(Object.values(value).map((each) => misfitOf(of[0].of[1], each)));
  }
  if (code === "a") {
    return Array.isArray(value) ? firstOf(value.map((each) => misfitOf(of[0], each))) : notA("a…", value);
  }
  if (code === "(") {
    if (!Array.isArray(value) || value.length !== of.length) return notA("(…)", value);
    return firstOf(of.map((type, at) => misfitOf(type, value[at])));
  }
  const wanted = jsTypes[code] ?? "number";
  const is: string = typeof value;
  return is === wanted ? undefined : notA(code, value);
}

function firstOf(reasons: (string | undefined)[]): string | undefined {
  return reasons.find((reason) => reason !== undefined);
}

function notA(code: string, value: unknown): string {
  return `${JSON.stringify(value)} where the type is ${code}`;
}
