import { assertEquals, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import { decodeMessage, encodeMessage, type MessageFields, messageType } from "./message.ts";
import type { Value } from "./types.ts";
import { randomFrom, randomSignature, randomValue } from "../../tests/support/random_values.ts";
import { variant } from "./variant.ts";

const signal = { type: messageType.signal, path: "/a", interface: "a.b", member: "C" };
const encode = (signature: string, body: readonly Value[]) => encodeMessage({ ...signal, signature, body }, 7);
const roundTrip = (signature: string, ...body: Value[]) => decodeMessage(encode(signature, body)).readBody();

Deno.test("encodeMessage() and decodeMessage() agree on every header field", () => {
  const fields = {
    type: messageType.error,
    flags: 3,
    path: "/a/b_1",
    interface: "a.b",
    member: "M",
    errorName: "a.b.C",
    replySerial: 9,
    destination: ":1.2",
    signature: "s",
  };
  const { readBody, ...read } = decodeMessage(encodeMessage({ ...fields, body: ["x"] }, 0xffff_ffff));
  assertEquals(read, { ...fields, serial: 0xffff_ffff, isTooLong: false });
  assertEquals(readBody(), ["x"]);
});

Deno.test("decodeMessage() gives back what encodeMessage() was given, whatever its type", () => {
  const random = randomFrom(1);
  for (let i = 0; i < 3000; i++) {
    const signature = randomSignature(random);
    const { written, read } = randomValue(random, signature);
    assertEquals(roundTrip(signature, written), [read], `round ${i}: ${signature}`);
  }
});

Deno.test("decodeMessage() takes the limits of every number", () => {
  const body = [0, 255, -32768, 65535, -2147483648, 4294967295, -(2n ** 63n), 2n ** 64n - 1n, -0.5, true];
  assertEquals(roundTrip("yynqiuxtdb", ...body), body);
});

Deno.test("decodeMessage() gives dictionaries without prototype and bytes of their own", () => {
  const [read, bytes] = roundTrip("a{sv}ay", [["__proto__", variant("s", "x")], ["toString", variant("i", 1)]], [1, 2]);
  assertEquals(Object.getPrototypeOf(read), null);
  assertEquals(Object.entries(read), [["__proto__", "x"], ["toString", 1]]);
  assertStrictEquals(Object.getPrototypeOf(bytes), Uint8Array.prototype);
  assertEquals((bytes as Uint8Array).buffer.byteLength, 2);
});

Deno.test("readBody() keeps the signatures of arguments when it is asked to", () => {
  const body = [variant("a{sv}", { a: variant("s", "x") }), "y"];
  const [kept] = decodeMessage(encode("vs", body)).readBody({ keepsVariants: true });
  assertEquals(kept, { signature: "a{sv}", value: { __proto__: null, a: "x" } } as unknown as Value);
});

Deno.test("decodeMessage() reads big-endian messages", () => {
  // Path "/", interface "a.b", member "C", signature "u"; body 1.
  const fields = [1, 1, 111, 0, 0, 0, 0, 1, 47, 0, 0, 0, 0, 0, 0, 0]
    .concat([2, 1, 115, 0, 0, 0, 0, 3, 97, 46, 98, 0, 0, 0, 0, 0])
    .concat([3, 1, 115, 0, 0, 0, 0, 1, 67, 0, 0, 0, 0, 0, 0, 0])
    .concat([8, 1, 103, 0, 1, 117, 0]);
  const bytes = new Uint8Array([
    0x42,
    4,
    0,
    1,
    0,
    0,
    0,
    4,
    0,
    0,
    0,
    5,
    0,
    0,
    0,
    fields.length,
    ...fields,
    0,
    0,
    0,
    0,
    1,
  ]);
  const message = decodeMessage(bytes);
  assertEquals([message.path, message.interface, message.member, message.serial], ["/", "a.b", "C", 5]);
  assertEquals(message.readBody(), [1]);
});

const unwritable: [why: string, fields: Partial<MessageFields>][] = [
  ["a path", { path: "/a/" }],
  ["an interface", { interface: "ab" }],
  ["a member", { member: "a.b" }],
  ["a destination", { destination: "nobody" }],
  ["an error name", { errorName: "Failed" }],
  ["too few values", { signature: "s", body: [] }],
  ["too many values", { body: ["x"] }],
  ["a signature", { signature: "a{s}", body: [{}] }],
  ["a number for a string", { signature: "s", body: [1] }],
  ["a string for a number", { signature: "t", body: ["1"] }],
  ["a fraction", { signature: "i", body: [1.5] }],
  ["a number out of range", { signature: "y", body: [256] }],
  ["a number that is none", { signature: "d", body: [NaN] }],
  ["a NUL", { signature: "s", body: ["a\0b"] }],
  ["an object path", { signature: "o", body: ["a"] }],
  ["a bare value for a variant", { signature: "v", body: ["s"] }],
  ["a pair for a variant", { signature: "v", body: [["s", "x"]] }],
  ["two values in a variant", { signature: "v", body: [variant("ss", ["a", "b"])] }],
  ["bare values in a dictionary", { signature: "a{sv}", body: [{ a: "x" }] }],
  ["bytes for strings", { signature: "as", body: [new Uint8Array(2)] }],
  ["no value", { signature: "s", body: [undefined as unknown as string] }],
  ["null", { signature: "a{ss}", body: [null as unknown as string] }],
  ["a structure's length", { signature: "(ss)", body: [["a"]] }],
  ["16 MiB", { signature: "ay", body: [new Uint8Array(16 << 20)] }],
];

for (const [why, fields] of unwritable) {
  Deno.test(`encodeMessage() refuses ${why}`, () => {
    assertThrows(() => encodeMessage({ ...signal, ...fields }, 1), Error);
  });
}

Deno.test("encodeMessage() refuses variants that are nested without end", () => {
  const ring = { signature: "v", value: "" as Value };
  ring.value = ring;
  assertThrows(() => encode("v", [ring]), TypeError, "nested too deeply");
});

/** A message whose body is these bytes, whatever the signature says. */
function withBody(signature: string, body: number[]): Uint8Array {
  const head = encode("(" + "y".repeat(signature.length - 2) + ")", [Array(signature.length - 2).fill(0)]);
  const start = head.length - (signature.length - 2);
  const bytes = new Uint8Array(start + body.length);
  bytes.set(head.subarray(0, start));
  bytes.set(body, start);
  const text = new TextDecoder("latin1").decode(head);
  bytes.set(new TextEncoder().encode(signature), text.indexOf("(y"));
  new DataView(bytes.buffer).setUint32(4, body.length, true);
  return bytes;
}

/** A variant in `(v)` of this signature with these bytes behind. */
const inVariant = (signature: string, ...rest: number[]) =>
  withBody("(v)", [signature.length, ...new TextEncoder().encode(signature), 0, ...rest]);

const malformed: [why: string, bytes: Uint8Array][] = [
  ["an array of empty structures", inVariant("a()", 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
  ["an array of nothing", inVariant("ar", 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
  ["a variant of nothing", inVariant("")],
  ["a variant of two", inVariant("yy", 1, 2)],
  ["an array that runs past the end", inVariant("ay", 255, 255, 255, 127)],
  ["an array that ends within an element", withBody("(ai)", [3, 0, 0, 0, 1, 2, 3])],
  ["a string that runs past the end", withBody("(ss)", [255, 0, 0, 0, 65, 0])],
  ["a string of 4 GiB", withBody("(ss)", [255, 255, 255, 255, 65, 0])],
  ["a string without its NUL", withBody("(ss)", [1, 0, 0, 0, 65, 65])],
  ["a string with a NUL inside", withBody("(sy)", [3, 0, 0, 0, 65, 0, 65, 0, 1])],
  ["a bad object path", withBody("(oy)", [1, 0, 0, 0, 65, 0, 1])],
  ["bytes left over", withBody("(yy)", [1, 2, 3])],
  ["bytes missing", withBody("(ii)", [1, 0, 0, 0, 2])],
  ["too many arrays", withBody("(aas)", manyEmpty(20_000))],
  ["too many arrays of bytes", withBody("(aay)", manyEmpty(2_500))],
  ["variants nested too deeply", withBody("(v)", Array(300).fill([1, 0x76, 0]).flat())],
];

function manyEmpty(count: number): number[] {
  const bytes = new Uint8Array(4 + 4 * count);
  new DataView(bytes.buffer).setUint32(0, 4 * count, true);
  return Array.from(bytes);
}

for (const [why, bytes] of malformed) {
  Deno.test(`readBody() refuses ${why}`, () => {
    const message = decodeMessage(bytes);
    assertThrows(() => message.readBody(), TypeError, "Bad ");
  });
}

Deno.test("decodeMessage() never hangs nor fails otherwise than by an error, whatever the bytes", () => {
  const random = randomFrom(2);
  const startedAt = performance.now();
  let readable = 0;
  for (let i = 0; i < 20_000; i++) {
    const signature = randomSignature(random);
    const bytes = encode(signature, [randomValue(random, signature).written]);
    for (let flips = 1 + random(4); flips > 0; flips--) bytes[random(bytes.length)] = random(256);
    try {
      decodeMessage(random(8) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes).readBody();
      readable++;
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    }
  }
  assertLess(readable, 20_000);
  assertLess(performance.now() - startedAt, 20_000);
});
