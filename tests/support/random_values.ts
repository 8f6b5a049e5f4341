import type { Value } from "../../src/dbus/types.ts";
import { parseSingle, type Type } from "../../src/dbus/signature.ts";

/** A whole number from 0 up to `below`, from a seed: the same ones at every run. */
export type Random = (below: number) => number;

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

const basic = "ybnqiuxtdsog";

/** Signature of one value of any type. */
export function randomSignature(random: Random, depth = 0): string {
  const inner = () => randomSignature(random, depth + 1);
  const kind = depth > 3 ? 0 : random(8);
  if (kind === 1) return "v";
  if (kind === 2 || kind === 3) return `a${inner()}`;
  if (kind === 4) return `a{${basic[random(basic.length)]}${inner()}}`;
  if (kind === 5) return `(${Array.from({ length: 1 + random(3) }, inner).join("")})`;
  return basic[random(basic.length)];
}

/** A value as it is written, and as it is read again. */
export interface Sample {
  written: Value;
  read: Value;
}

const texts = ["", "x", "__proto__", "constructor", "ä€😀", "a'b\"<&>\n", "l".repeat(300)];
const same = (value: Value): Sample => ({ written: value, read: value });

export function randomValue(random: Random, signature: string): Sample {
  return valueOf(random, parseSingle(signature));
}

function valueOf(random: Random, type: Type): Sample {
  const { code, of } = type;
  if (code === "v") return variantOf(random);
  if (code === "(") return combined(of.map((member) => valueOf(random, member)));
  if (code === "a") return arrayOf(random, of[0]);
  return same(basicOf(random, code));
}

function combined(samples: readonly Sample[]): Sample {
  return { written: samples.map(({ written }) => written), read: samples.map(({ read }) => read) };
}

function variantOf(random: Random): Sample {
  const signature = randomSignature(random, 2);
  const { written, read } = randomValue(random, signature);
  return { written: { signature, value: written }, read };
}

function arrayOf(random: Random, element: Type): Sample {
  const length = random(4);
  if (element.code === "y") return same(Uint8Array.from({ length }, () => random(256)));
  if (element.code !== "{") return combined(Array.from({ length }, () => valueOf(random, element)));
  const pairs = new Map<Value, Sample>();
  for (let i = 0; i < length; i++) pairs.set(basicOf(random, element.of[0].code), valueOf(random, element.of[1]));
  const written = [...pairs].map(([key, sample]) => [key, sample.written]);
  const read = [...pairs].map(([key, sample]) => [key, sample.read]);
  if (!"sog".includes(element.of[0].code)) return { written, read };
  const asObject = (entries: Value[][]) => {
    const object: Record<string, Value> = Object.create(null);
    for (const [key, value] of entries) object[key as string] = value;
    return object;
  };
  return { written: random(2) === 0 ? written : asObject(written), read: asObject(read) };
}

function basicOf(random: Random, code: string): Value {
  if (code === "s") return texts[random(texts.length)];
  if (code === "o") return ["/", "/a", "/org/example/Thing_1"][random(3)];
  if (code === "g") return ["", "s", "a{sv}(ii)"][random(3)];
  if (code === "b") return random(2) === 1;
  if (code === "d") return (random(2 ** 31) - 2 ** 30) / 1024;
  if (code === "x") return BigInt(random(2 ** 32)) * BigInt(random(2 ** 31)) - 2n ** 62n;
  if (code === "t") return BigInt(random(2 ** 32)) * BigInt(random(2 ** 32));
  const bits = ({ y: 8, n: 16, q: 16, i: 32, u: 32 } as Record<string, number>)[code];
  return random(2 ** bits) - ("ni".includes(code) ? 2 ** (bits - 1) : 0);
}
