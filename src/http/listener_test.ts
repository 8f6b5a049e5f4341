import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { settle } from "../../tests/support/fake_clock.ts";
import { configOf } from "../../tests/support/states.ts";
import { ConfigError } from "../config/config_error.ts";
import { AddressInUse, checkExposure, Listener } from "./listener.ts";

const options = { host: "127.0.0.1", port: 0, controlFile: "/nonexistent/control.json" };

Deno.test("Listener tells where it listens, and how this machine reaches it", async () => {
  const hosts: [string, RegExp, RegExp][] = [
    ["127.0.0.1", /^http:\/\/127\.0\.0\.1:\d+$/, /^http:\/\/127\.0\.0\.1:\d+$/],
    ["::1", /^http:\/\/\[::1\]:\d+$/, /^http:\/\/\[::1\]:\d+$/],
  ];
  for (const [host, url, localUrl] of hosts) {
    const listener = await Listener.start(() => new Response("hello"), { ...options, host });
    assert(url.test(listener.url) && localUrl.test(listener.localUrl), listener.url);
    assertEquals(await (await fetch(listener.localUrl)).text(), "hello");
    await listener.close();
    await listener.finished;
  }
});

Deno.test("Listener says who holds the port that it wanted", async () => {
  const ours = () => Response.json({ status: "ok", version: "1.2.3" });
  const first = await Listener.start(ours, options);
  const port = Number(new URL(first.url).port);
  const error = await assertRejects(() => Listener.start(ours, { ...options, port }), AddressInUse);
  assertStringIncludes(error.message, `Cannot listen on 127.0.0.1:${port}: CloudToLocalLLM 1.2.3 already runs there`);
  await first.close();
});

const never = new Promise<void>(() => {});

Deno.test("drain() waits for running answers", async () => {
  const begun = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const listener = await Listener.start(() => {
    begun.resolve();
    return answer.promise;
  }, options);
  const asking = fetch(listener.url).then((response) => response.text());
  await begun.promise;
  let isDrained = false;
  const draining = listener.drain(never).then(() => isDrained = true);
  await settle();
  assertEquals(isDrained, false);
  answer.resolve(new Response("done"));
  assertEquals([await asking, await draining], ["done", true]);
  await listener.close();
});

Deno.test("drain() waits no longer than it is told, and close() cuts what is left", async () => {
  const late = Promise.withResolvers<void>();
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(Uint8Array.of(65)),
  });
  const listener = await Listener.start(() => new Response(endless), options);
  const reader = (await fetch(listener.url)).body!.getReader();
  assertEquals((await reader.read()).value, Uint8Array.of(65));
  const draining = listener.drain(late.promise);
  late.resolve();
  await draining;
  await listener.close();
  await assertRejects(() => reader.read());
});

Deno.test("close() may be called again", async () => {
  const listener = await Listener.start(() => new Response("hello"), options);
  await listener.drain(never);
  await listener.close();
  await listener.close();
});

Deno.test("checkExposure() demands a client key beyond loopback, and its value everywhere", () => {
  const check = (listen: Parameters<typeof configOf>[0], secrets: Record<string, string> = {}) => () =>
    checkExposure(configOf(listen).listen, (name) => secrets[name]);
  for (const host of ["127.0.0.1", "::1", "localhost"]) check({ listen: { host } })();
  for (const host of ["0.0.0.0", "::", "192.168.1.5", "box.lan"]) {
    assertThrows(check({ listen: { host } }), ConfigError, `Cannot listen on ${host} without a client key`);
    check({ listen: { host, clientKey: "clients" } }, { clients: "key" })();
  }
  for (const host of ["127.0.0.1", "0.0.0.0"]) {
    const unset = check({ listen: { host, clientKey: "clients" } });
    assertThrows(unset, ConfigError, "set it with: cloudtolocalllm secret set clients");
  }
});
