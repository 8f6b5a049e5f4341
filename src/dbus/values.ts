import { maxDepth } from "./check_message.ts";
import { isObjectPath } from "./names.ts";
import { parseSingle, type Type } from "./signature.ts";
import type { Value, Variant } from "./types.ts";

/** A value as the package writes it: dictionaries as pairs, a variant as signature and value. */
export type WireValue = string | number | bigint | boolean | Uint8Array | WireValue[];

const jsTypes: Readonly<Record<string, string>> = { b: "boolean", s: "string", o: "string", g: "string" };

/**
 * A value in the shape that the package writes, which guesses at some shapes of ours. Throws a TypeError that names the
 * type at fault; ranges are left to the package.
 */
export function toWire(type: Type, value: Value, depth = 0): WireValue {
  if (depth > maxDepth) throw new TypeError("Cannot write a value: nested too deeply");
  const { code, of } = type;
  if (code === "v") {
    if (!isVariant(value)) throw unfit("v", value);
    const inner = parseSingle(value.signature);
    return [value.signature, toWire(inner, value.value, depth + 1)];
  }
  if (code === "a") return arrayToWire(of[0], value, depth + 1);
  if (code === "(" || code === "{") {
    if (!Array.isArray(value) || value.length !== of.length) throw unfit(code, value);
    return of.map((member, i) => toWire(member, value[i], depth + 1));
  }
  if (!isBasic(code, value)) throw unfit(code, value);
  return value;
}

function isBasic(code: string, value: Value): value is string | number | bigint | boolean {
  if (code === "x" || code === "t") return typeof value === "bigint" || Number.isSafeInteger(value);
  const wanted = jsTypes[code] ?? "number";
  const given = typeof value;
  return given === wanted;
}

function arrayToWire(element: Type, value: Value, depth: number): WireValue {
  if (value instanceof Uint8Array) {
    if (element.code !== "y") throw unfit("a" + element.code, value);
    return value;
  }
  if (Array.isArray(value)) return value.map((each) => toWire(element, each, depth));
  if (element.code !== "{" || typeof value !== "object" || value === null) throw unfit("a" + element.code, value);
  return Object.entries(value).map((entry) => toWire(element, entry, depth));
}

function isVariant(value: Value): value is Variant {
  return typeof value === "object" && value !== null && "signature" in value && typeof value.signature === "string" &&
    "value" in value;
}

function unfit(code: string, value: unknown): TypeError {
  return new TypeError(`Cannot write a value: ${value === null ? "null" : typeof value} where the type is ${code}`);
}

/** A value as the package reads it with `plainValues: false` and `variants: "wrap"`. */
type ReadValue = string | number | bigint | boolean | Uint8Array | ReadVariant | ReadValue[];
interface ReadVariant {
  signature: string;
  value: ReadValue;
}

/**
 * A value that the package has read, in the shape that {@linkcode Value} tells. A dictionary with strings as keys has no
 * prototype, so that no key of a peer's is more than a key.
 */
export function fromWire(type: Type, read: unknown, options: { keepsVariants?: boolean } = {}): Value {
  return toValue(type, read as ReadValue, options.keepsVariants ?? false);
}

function toValue(type: Type, read: ReadValue, keepsVariants: boolean): Value {
  const { code, of } = type;
  if (code === "v") {
    const { signature, value } = read as ReadVariant;
    const inner = toValue(parseSingle(signature), value, false);
    return keepsVariants ? { signature, value: inner } : inner;
  }
  // Copied: the package's array is a view of the whole message.
  if (read instanceof Uint8Array) return new Uint8Array(read);
  if (!Array.isArray(read)) return checkedText(code, read as Value);
  if (code !== "a") return of.map((member, i) => toValue(member, read[i], false));
  if (of[0].code === "{" && "sog".includes(of[0].of[0].code)) return toDictionary(of[0], read as ReadValue[][]);
  return read.map((each) => toValue(of[0], each, false));
}

function toDictionary(entry: Type, pairs: ReadValue[][]): Value {
  const dictionary: Record<string, Value> = Object.create(null);
  for (const [key, value] of pairs) {
    dictionary[toValue(entry.of[0], key, false) as string] = toValue(entry.of[1], value, false);
  }
  return dictionary;
}

function checkedText(code: string, value: Value): Value {
  if (code === "o" && !isObjectPath(value as string)) throw new TypeError("Bad message: not an object path");
  return value;
}
