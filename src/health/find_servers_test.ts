import { assertEquals } from "@std/assert";
import { gate, ModelServer } from "../../tests/support/model_server.ts";
import { findServers } from "./find_servers.ts";

const place = (server: ModelServer, list = "/api/tags") => ({
  name: "Ollama",
  kind: "ollama" as const,
  url: server.url,
  list,
});

Deno.test("findServers() finds what answers in its own dialect, with its models or that it asks for a token", async () => {
  await using ollama = await ModelServer.start({ name: "a", dialect: "ollama" });
  await using openai = await ModelServer.start({ name: "b", dialect: "openai" });
  await using locked = await ModelServer.start({ name: "c", dialect: "openai", token: "needed" });
  const at = [place(ollama), place(openai, "/models"), place(locked, "/models")];
  const found = await findServers({ at });
  assertEquals(found.map(({ url, models }) => [url, models]), [[ollama.url, 4], [openai.url, 4], [locked.url, null]]);
});

Deno.test("findServers() passes over what is away, silent, broken, or something else", async () => {
  await using silent = await ModelServer.start({ name: "a", dialect: "ollama" });
  await using broken = await ModelServer.start({ name: "b", dialect: "ollama" });
  await using failing = await ModelServer.start({ name: "c", dialect: "ollama" });
  await using stopped = await ModelServer.start({ name: "d", dialect: "ollama" });
  await using web = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("<h1>Hello</h1>", { headers: { "content-type": "text/html" } }),
  );
  const released = gate();
  silent.onHealth = { kind: "silent", until: released.promise };
  broken.onHealth = { kind: "malformed_json" };
  failing.onHealth = { kind: "status", status: 500 };
  const away = { ...place(stopped) };
  await stopped.stop();
  const other = { name: "Web", kind: "openai" as const, url: `http://127.0.0.1:${web.addr.port}`, list: "/models" };
  assertEquals(await findServers({ at: [place(silent), place(broken), place(failing), away, other] }), []);
  released.resolve();
});

Deno.test("findServers() reads no more than a list of models has", async () => {
  let sent = 0;
  await using endless = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    const body = new ReadableStream({
      pull(controller) {
        sent += 1_048_576;
        controller.enqueue(new Uint8Array(1_048_576).fill(0x20));
      },
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  });
  const at = [{
    name: "Endless",
    kind: "openai" as const,
    url: `http://127.0.0.1:${endless.addr.port}`,
    list: "/models",
  }];
  assertEquals(await findServers({ at }), []);
  assertEquals(sent < 64 * 1_048_576, true, `${sent} bytes were sent`);
});
