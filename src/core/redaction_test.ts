import { assertEquals } from "@std/assert";
import { Redaction } from "./redaction.ts";

Deno.test("redact() replaces every known secret, wherever it stands", () => {
  const redaction = new Redaction();
  redaction.add("sk-one");
  redaction.add("two two");
  assertEquals(redaction.redact("sk-one, two two, sk-one"), "[redacted], [redacted], [redacted]");
  assertEquals(redaction.redact("nothing here"), "nothing here");
});

Deno.test("redact() finds a secret in JSON and in a URL as well", () => {
  const redaction = new Redaction();
  const secret = 'a"b\\c d/e+f';
  redaction.add(secret);
  const text = `${secret} ${JSON.stringify({ secret })} ?key=${encodeURIComponent(secret)}`;
  assertEquals(redaction.redact(text), '[redacted] {"secret":"[redacted]"} ?key=[redacted]');
});

Deno.test("redact() leaves text alone that very short secrets would garble", () => {
  const redaction = new Redaction();
  for (const short of ["", "a", "abc"]) redaction.add(short);
  assertEquals(redaction.redact("abc a"), "abc a");
});

Deno.test("redact() takes out the longer of two secrets that begin alike", () => {
  const redaction = new Redaction();
  redaction.add("secret");
  redaction.add("secret-longer");
  assertEquals(redaction.redact("secret-longer secret"), "[redacted] [redacted]");
});

Deno.test("remove() forgets a secret once it is nowhere in use any more", () => {
  const redaction = new Redaction();
  redaction.add("token-a");
  redaction.add("token-a");
  redaction.remove("token-a");
  assertEquals(redaction.redact("token-a"), "[redacted]");
  redaction.remove("token-a");
  redaction.remove("token-a");
  assertEquals(redaction.redact("token-a"), "token-a");
  redaction.add("token-a");
  assertEquals(redaction.redact("token-a"), "[redacted]");
});

Deno.test("forget() forgets a secret however often it was added", () => {
  const redaction = new Redaction();
  for (const secret of ["token-a", "token-a", "token-b"]) redaction.add(secret);
  redaction.forget("token-a");
  redaction.forget("token-a");
  assertEquals(redaction.redact("token-a token-b"), "token-a [redacted]");
});
