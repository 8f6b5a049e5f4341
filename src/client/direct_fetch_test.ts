import { assertEquals } from "@std/assert";
import { bundleClient } from "../../packaging/bundle_client.ts";

/** A program of its own: the runtime reads the variables once. */
Deno.test("the client goes straight to this machine, whatever proxy the environment names", async () => {
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    return Response.json(pathname === "/health" ? { status: "ok", version: "1" } : { models: [{ name: "here" }] });
  });
  const proxy = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(request.url);
    return new Response("proxied", { status: 502 });
  });
  const folder = await Deno.makeTempDir({ prefix: "client-proxy-" });
  try {
    await bundleClient(folder);
    const program = `import { CloudToLocalLLM } from "./client.js";
console.log((await new CloudToLocalLLM({ url: "http://127.0.0.1:${server.addr.port}" }).models())[0].name);
`;
    await Deno.writeTextFile(`${folder}/program.mjs`, program);
    const address = `http://127.0.0.1:${proxy.addr.port}`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-net", "--allow-env", `${folder}/program.mjs`],
      env: { HTTP_PROXY: address, ALL_PROXY: address, NO_PROXY: "", no_proxy: "", NO_COLOR: "1" },
    }).output();
    assertEquals([stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)), ["here\n", ""]);
    assertEquals(asked, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Promise.all([server.shutdown(), proxy.shutdown()]);
  }
});
