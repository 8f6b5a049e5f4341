import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { aesCipher, plainCipher } from "./cipher.ts";

const shared = new Uint8Array(128).fill(7);

Deno.test("aesCipher() opens what the same key sealed, each time with another IV", async () => {
  const cipher = await aesCipher(shared);
  for (const text of ["", "sk-one", "x".repeat(16), "x".repeat(65_536)]) {
    const [one, other] = [await cipher.seal(text), await cipher.seal(text)];
    assertEquals([await cipher.open(one), one.parameters.length, one.value.length % 16], [text, 16, 0]);
    assertNotEquals(one.parameters, other.parameters);
  }
});

Deno.test("aesCipher() derives its key by HKDF-SHA256 without salt and info (RFC 5869)", async () => {
  // openssl kdf -keylen 16 -kdfopt digest:SHA256 -kdfopt hexkey:0707... HKDF, then openssl enc -aes-128-cbc.
  const cipher = await aesCipher(shared);
  const value = Uint8Array.fromHex("3186e470e1e2b1155ccd966171f2f7f1");
  assertEquals(await cipher.open({ parameters: new Uint8Array(16), value }), "sk-one");
});

Deno.test("aesCipher() opens nothing that was cut, changed or is no text", async () => {
  const cipher = await aesCipher(shared);
  const { parameters, value } = await cipher.seal("a token of more than one block");
  const changed = value.slice();
  changed[changed.length - 17] ^= 0xff;
  for (const bad of [value.slice(0, 15), value.slice(0, 0), changed]) {
    await assertRejects(() => cipher.open({ parameters, value: bad }), RangeError);
  }
  await assertRejects(() => cipher.open({ parameters: parameters.slice(1), value }), RangeError, "IV");
});

Deno.test("plainCipher opens text only", async () => {
  assertEquals(await plainCipher.open(await plainCipher.seal("sk-one")), "sk-one");
  const value = Uint8Array.of(0xff);
  await assertRejects(() => plainCipher.open({ parameters: value, value }), TypeError, "not text");
});
