/// <reference lib="dom" />
import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { bundleClient } from "../../packaging/bundle_client.ts";
import type * as Library from "../../src/client/client.ts";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { browserTest, TestBrowser } from "../support/browser.ts";
import { inTime } from "../support/in_time.ts";
import { ModelServer } from "../support/model_server.ts";

const example = new URL("../../docs/examples/client/page.html", import.meta.url);

/** A web site with the example page, the library and an empty page, under any name of this machine. */
async function serveSite(daemon: string): Promise<AsyncDisposable & { port: number }> {
  const folder = await Deno.makeTempDir({ prefix: "client-site-" });
  await bundleClient(folder);
  const script = await Deno.readTextFile(`${folder}/client.js`);
  await Deno.remove(folder, { recursive: true });
  // The daemon of a test is not at the default address.
  const page = (await Deno.readTextFile(example)).replace("CloudToLocalLLM()", `CloudToLocalLLM({ url: "${daemon}" })`);
  const files: Record<string, [text: string, type: string]> = {
    "/": [page, "text/html"],
    "/empty": ["<!doctype html><title>Empty</title><link rel=icon href=data:,>", "text/html"],
    "/client.js": [script, "text/javascript"],
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const [text, type] = files[new URL(request.url).pathname] ?? ["", "text/plain"];
    return new Response(text, { headers: { "content-type": `${type}; charset=utf-8` } });
  });
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** What a call of the library in a page gives, or its error. */
async function inPage(page: Page, call: string, options: Library.ClientOptions): Promise<unknown> {
  return await page.evaluate(`(async () => {
    const { CloudToLocalLLM, ClientError } = await import("/client.js");
    const client = new CloudToLocalLLM(${JSON.stringify(options)});
    try {
      return await ${call};
    } catch (error) {
      return { name: error.name, isOurs: error instanceof ClientError, status: error.status, code: error.code };
    }
  })()`);
}

const chat = `(await client.chat({ model: "llama3.2", messages: [{ role: "user", content: "Hi" }] })).text()`;

browserTest(
  "the client library asks models from a page of this machine, and commands only with the token",
  async () => {
    await using model = await ModelServer.start({ name: "local", dialect: "ollama" });
    await using broker = await BrokerFixture.start({
      backends: [{ id: "local", kind: "ollama", url: model.url, location: "local" }],
    });
    await using site = await serveSite(broker.url);
    await using chromium = await TestBrowser.start();
    const page = await chromium.window();
    await page.goto(`http://127.0.0.1:${site.port}/`);
    await page.locator("#answer[title]").waitFor();
    assertEquals(await page.textContent("#answer"), "Hello from the local model. You said: Hello");
    assertEquals(await page.getAttribute("#answer", "title"), "answered by local");

    await page.goto(`http://localhost:${site.port}/empty`);
    const { url, token } = broker;
    assertEquals(await inPage(page, "client.models().then((list) => list.length)", { url }), 4);
    const noToken = { name: "NoControlToken", isOurs: true, status: undefined, code: undefined };
    assertEquals(await inPage(page, "client.status()", { url }), noToken);
    assertEquals(await inPage(page, `client.setMode("local-only")`, { url }), noToken);
    assertEquals(await inPage(page, "client.status().then(({ state }) => state)", { url, token }), "connected");
    const notFound = { name: "ModelNotFound", isOurs: true, status: 404, code: undefined };
    assertEquals(await inPage(page, `client.chat({ model: "none", messages: [] })`, { url }), notFound);
    assertMatch(
      String(await inPage(page, "client.openSettings().then(({ url }) => url)", { url, token })),
      /\/settings\//,
    );
    assertEquals(
      await inPage(page, "client.mode()", { url: "http://127.0.0.1:9" }),
      { name: "DaemonNotRunning", isOurs: true, status: undefined, code: undefined },
    );

    const asked = model.modelRequests.length;
    model.always = { kind: "stall_after", frames: 1, until: new Promise(() => {}) };
    const left = `(async () => {
    for await (const { text } of await client.generate({ model: "llama3.2", prompt: "Hi" })) return text;
  })()`;
    assertEquals(await inTime("a piece comes", inPage(page, left, { url })), "Hello");
    assertEquals(await inTime("the model is left", model.modelRequests[asked].ended), "client_left");
  },
);

browserTest("the client library tells a page of another site that it is not allowed, until it is", async () => {
  await using model = await ModelServer.start({ name: "local", dialect: "ollama" });
  const backends = [{ id: "local", kind: "ollama" as const, url: model.url, location: "local" as const }];
  await using refusing = await BrokerFixture.start({ backends });
  await using site = await serveSite(refusing.url);
  const origin = `http://notes.example:${site.port}`;
  await using allowing = await BrokerFixture.start({ backends, listen: { allowedOrigins: [origin] } });
  await using chromium = await TestBrowser.start({ names: ["notes.example"] });
  const page = await chromium.window();
  await page.goto(`${origin}/empty`);
  const refused = { name: "OriginNotAllowed", isOurs: true, status: 0, code: "origin_not_allowed" };
  assertEquals(await inPage(page, chat, { url: refusing.url }), refused);
  assertEquals(await inPage(page, "client.models()", { url: refusing.url }), refused);
  assertEquals(model.modelRequests.length, 0);

  assertEquals(
    await inPage(page, chat, { url: allowing.url }),
    "Hello from the local model. You said: Hi",
  );
  // Commands are for no page of another site, even with the token.
  const { url, token } = allowing;
  const forbidden = { name: "Refused", isOurs: true, status: 403, code: undefined };
  assertEquals(await inPage(page, "client.status()", { url, token }), forbidden);
});
