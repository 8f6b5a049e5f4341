import { assertEquals } from "@std/assert";
import { isLoopback, localAddress } from "./loopback.ts";

Deno.test("isLoopback() knows this machine by each of its names", () => {
  const own = [
    "127.0.0.1",
    "127.255.1.2",
    "::1",
    "[::1]",
    "localhost",
    "LOCALHOST.",
    "app.localhost",
    "::ffff:127.0.0.1",
  ];
  const others = [
    "0.0.0.0",
    "::",
    "128.0.0.1",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.1",
    "",
    "1127.0.0.1",
  ];
  assertEquals([own.filter((host) => !isLoopback(host)), others.filter(isLoopback)], [[], []]);
});

Deno.test("localAddress() is how this machine reaches what listens on every address", () => {
  assertEquals(["0.0.0.0", "::", "192.168.1.2", "box.lan"].map(localAddress), [
    "127.0.0.1",
    "::1",
    "192.168.1.2",
    "box.lan",
  ]);
});
