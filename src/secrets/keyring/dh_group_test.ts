import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { dhKeyPair, groupBytes } from "./dh_group.ts";

const prime = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
  "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed" +
  "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff";

Deno.test("dhKeyPair() makes keys with which both sides come to the same secret", () => {
  for (let i = 0; i < 8; i++) {
    const [ours, theirs] = [dhKeyPair(), dhKeyPair()];
    assertEquals(ours.sharedWith(theirs.publicKey), theirs.sharedWith(ours.publicKey));
    assertEquals([ours.publicKey.length, ours.sharedWith(theirs.publicKey).length], [groupBytes, groupBytes]);
    assertNotEquals(ours.publicKey, theirs.publicKey);
  }
});

Deno.test("dhKeyPair() pads with zeros at the front", () => {
  // 2 to the power of 2, the smallest exponent that is used.
  const pair = dhKeyPair(new Uint8Array(groupBytes));
  assertEquals([pair.publicKey.at(-1), pair.publicKey.slice(0, -1).every((byte) => byte === 0)], [4, true]);
  const shared = pair.sharedWith(Uint8Array.of(3));
  assertEquals([shared.length, shared.at(-1)], [groupBytes, 9]);
});

Deno.test("dhKeyPair() takes no key whose secret anybody knows", () => {
  const end = (last: string) => Uint8Array.fromHex(prime.slice(0, -2) + last);
  const bad = [new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(1), end("fe"), end("ff"), new Uint8Array(129)];
  for (const key of bad) assertThrows(() => dhKeyPair().sharedWith(key), RangeError);
});
