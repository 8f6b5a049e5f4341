import { assertEquals } from "@std/assert";
import { backendConfig } from "../../tests/support/states.ts";
import { ownAddressProblems } from "./own_address.ts";

const problemsOf = (url: string, started = { host: "127.0.0.1", port: 11_435 }) =>
  ownAddressProblems({ backends: [backendConfig({ url })] }, started).map(({ path }) => path);

Deno.test("ownAddressProblems() finds a backend that is the daemon itself, by whatever name", () => {
  for (const host of ["127.0.0.1", "localhost", "[::1]", "127.1.2.3", "0.0.0.0"]) {
    assertEquals(problemsOf(`http://${host}:11435`), ["backends[0].url"], host);
    assertEquals(problemsOf(`http://${host}:11435/v1`), ["backends[0].url"], host);
  }
  assertEquals(problemsOf("http://192.168.1.5:11435", { host: "192.168.1.5", port: 11_435 }), ["backends[0].url"]);
  assertEquals(problemsOf("http://localhost", { host: "127.0.0.1", port: 80 }), ["backends[0].url"]);
});

Deno.test("ownAddressProblems() leaves other servers alone, also a daemon on another machine", () => {
  for (const url of ["http://127.0.0.1:11434", "http://192.168.1.5:11435", "https://ollama.com"]) {
    assertEquals(problemsOf(url), [], url);
  }
  assertEquals(problemsOf("http://127.0.0.1:11435", { host: "127.0.0.1", port: 0 }), []);
});
