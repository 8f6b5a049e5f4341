import { assertEquals } from "@std/assert";
import { activationTokenOf } from "./activation_token.ts";

for (const token of ["a", "gnome-shell/Text Editor/4242-1-host_TIME123", "x".repeat(1_000), "$(id) --help"]) {
  Deno.test(`activationTokenOf() takes ${token.slice(0, 50)}`, () => {
    assertEquals(activationTokenOf(token), token);
  });
}

for (
  const given of ["", "x".repeat(1_001), "a\n", "a\nb", "a\0b", "\x1b[2J", "\x7f", "ü", "\ud800", undefined, 7, ["a"]]
) {
  Deno.test(`activationTokenOf() drops ${JSON.stringify(given)?.slice(0, 50)}`, () => {
    assertEquals(activationTokenOf(given), undefined);
  });
}
