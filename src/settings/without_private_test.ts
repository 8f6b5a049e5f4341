import { assertEquals } from "@std/assert";
import { withoutPrivate } from "./without_private.ts";

const redact = (text: string) => text.replaceAll("sk-secret", "[redacted]");
const shown = (text: string, home?: string) =>
  withoutPrivate({ redact, env: (name) => name === "HOME" ? home : undefined })(text);

Deno.test("withoutPrivate() takes out secrets and where the home folder is", () => {
  assertEquals(
    shown("key=sk-secret file=/home/ann/.config/x.json file:///home/ann", "/home/ann"),
    "key=[redacted] file=~/.config/x.json file://~",
  );
  assertEquals(shown('"/home/ann" /home/ann:2 /home/ann/', "/home/ann/"), '"~" ~:2 ~/');
});

Deno.test("withoutPrivate() leaves folders alone that only begin as the home folder does", () => {
  assertEquals(shown("/home/anna /home/ann-old /home/ann.bak", "/home/ann"), "/home/anna /home/ann-old /home/ann.bak");
  assertEquals(shown("/home/a+b/x /home/aab", "/home/a+b"), "~/x /home/aab");
});

Deno.test("withoutPrivate() without a home folder takes out the secrets alone", () => {
  for (const home of [undefined, "", "/", "relative"]) {
    assertEquals(shown("/ sk-secret relative", home), "/ [redacted] relative", String(home));
  }
});
