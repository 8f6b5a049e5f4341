import { assertEquals } from "@std/assert";
import { keepLoopbackDirect } from "./direct_loopback.ts";

/** What a process prints that has a proxy in its environment which nobody runs. */
async function underProxy(source: string, env: Record<string, string> = {}): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", source],
    cwd: new URL("../..", import.meta.url).pathname,
    env: { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: "http://127.0.0.1:9", NO_PROXY: "", no_proxy: "", ...env },
  });
  return new TextDecoder().decode((await command.output()).stdout).trim();
}

const ask = (url: string) => `console.log(await fetch("${url}").then((r) => r.text(), () => "the proxy"));`;
const keep = `(await import("./src/core/direct_loopback.ts")).keepLoopbackDirect(Deno.env);`;

for (const [host, hostname] of [["127.0.0.1", "127.0.0.1"], ["localhost", "127.0.0.1"], ["[::1]", "::1"]]) {
  Deno.test(`keepLoopbackDirect() lets fetch reach ${host} without the proxy of the environment`, async () => {
    await using server = Deno.serve({ port: 0, hostname, onListen() {} }, () => new Response("here"));
    const url = `http://${host}:${server.addr.port}/`;
    assertEquals(await underProxy(ask(url)), "the proxy");
    assertEquals(await underProxy(keep + ask(url)), "here");
    assertEquals(await underProxy(keep + ask(url), { no_proxy: "example.org" }), "here");
  });
}

Deno.test("keepLoopbackDirect() keeps the names that the user excluded", () => {
  const values = new Map([["no_proxy", "example.org"]]);
  keepLoopbackDirect({ get: (name) => values.get(name), set: (name, value) => void values.set(name, value) });
  assertEquals(values.get("NO_PROXY"), "localhost,127.0.0.0/8,::1,example.org");
});
