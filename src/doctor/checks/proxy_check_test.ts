import { assertEquals } from "@std/assert";
import { keepLoopbackDirect, userNoProxy } from "../../core/direct_loopback.ts";
import type { DoctorContext } from "../check.ts";
import { proxyCheck } from "./proxy_check.ts";

async function ids(variables: Record<string, string>): Promise<string[]> {
  const env = new Map(Object.entries(variables));
  // As main.ts does before any command.
  keepLoopbackDirect({ get: (name) => env.get(name), set: (name, value) => void env.set(name, value) });
  const context: Partial<DoctorContext> = { env: (name) => env.get(name) };
  return (await proxyCheck.run(context as DoctorContext)).map(({ id }) => id);
}

Deno.test("proxyCheck goes by what the user excepted, not by what this program does", async () => {
  const http_proxy = "http://proxy.example:3128";
  assertEquals(await ids({}), []);
  assertEquals(await ids({ http_proxy }), ["proxy-catches-loopback"]);
  assertEquals(await ids({ ALL_PROXY: http_proxy, NO_PROXY: "example.org" }), ["proxy-catches-loopback"]);
  assertEquals(await ids({ http_proxy, no_proxy: "example.org,127.0.0.1" }), ["proxy"]);
  assertEquals(await ids({ http_proxy, NO_PROXY: "127.0.0.0/8" }), ["proxy"]);
  assertEquals(await ids({ http_proxy, NO_PROXY: "*" }), ["proxy"]);
});

Deno.test("userNoProxy() is what stood there before keepLoopbackDirect()", () => {
  for (const given of ["", "example.org", "localhost,127.0.0.1"]) {
    const env = new Map([["NO_PROXY", given]]);
    keepLoopbackDirect({ get: (name) => env.get(name), set: (name, value) => void env.set(name, value) });
    assertEquals(userNoProxy((name) => env.get(name)), given);
  }
});
