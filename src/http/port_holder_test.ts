import { assertEquals } from "@std/assert";
import { ModelServer, refusedPort } from "../../tests/support/model_server.ts";
import { portHolder, type PortHolderOptions } from "./port_holder.ts";

const nowhere = "/nonexistent/control.json";
const other = "choose another port with --port or listen.port";

function server(handler: (request: Request) => Response, hostname = "127.0.0.1") {
  return Deno.serve({ port: 0, hostname, onListen() {} }, handler);
}

async function holderWords(options: PortHolderOptions): Promise<string> {
  return (await portHolder(options)).words;
}

const ours = () => Response.json({ status: "ok", version: "1.2.3" });

Deno.test("portHolder() knows another daemon, with its process where control.json tells it", async () => {
  await using daemon = server(ours);
  const { port } = daemon.addr;
  assertEquals(
    (await portHolder({ host: "localhost", port, controlFile: nowhere })).broker,
    `http://localhost:${port}`,
  );
  assertEquals(
    await holderWords({ host: "127.0.0.1", port, controlFile: nowhere }),
    `CloudToLocalLLM 1.2.3 already runs there; use it, stop it, or ${other}`,
  );
  const controlFile = await Deno.makeTempFile();
  try {
    const ask = async (content: string) => {
      await Deno.writeTextFile(controlFile, content);
      return (await holderWords({ host: "127.0.0.1", port, controlFile })).includes("(process 42)");
    };
    assertEquals(await ask(JSON.stringify({ url: `http://127.0.0.1:${port}`, pid: 42 })), true);
    assertEquals(await ask(JSON.stringify({ url: "http://127.0.0.1:1", pid: 42 })), false, "that of another port");
    assertEquals(await ask(JSON.stringify({ url: `http://127.0.0.1:${port}`, pid: "42" })), false);
    assertEquals(await ask("not JSON"), false);
  } finally {
    await Deno.remove(controlFile);
  }
});

Deno.test("portHolder() asks where the daemon wanted to listen", async () => {
  await using v6 = server(ours, "::1");
  await using second = server(ours, "127.0.0.2");
  await using any = server(ours, "127.0.0.1");
  const table: [string, number][] = [["::1", v6.addr.port], ["127.0.0.2", second.addr.port], [
    "0.0.0.0",
    any.addr.port,
  ]];
  for (const [host, port] of [...table, ["localhost", any.addr.port] as const]) {
    const holder = await holderWords({ host, port, controlFile: nowhere });
    assertEquals(holder.startsWith("CloudToLocalLLM 1.2.3"), true, host);
  }
});

Deno.test("portHolder() knows Ollama", async () => {
  await using ollama = await ModelServer.start({ name: "local", dialect: "ollama" });
  const holder = await holderWords({ host: "127.0.0.1", port: ollama.port, controlFile: nowhere });
  assertEquals(holder, `Ollama runs there; ${other}`);
});

Deno.test("portHolder() does not guess at other programs", async () => {
  const programs = [
    () => new Response("hello"),
    () => Response.json({ status: "ok", version: "\u001b[31m evil" }),
    () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
  ];
  for (const program of programs) {
    await using one = server(program);
    const holder = await portHolder({ host: "127.0.0.1", port: one.addr.port, controlFile: nowhere });
    assertEquals(holder.broker, undefined);
    assertEquals(holder.words, `another program holds the port; ${other}`);
  }
  const gone = await holderWords({ host: "127.0.0.1", port: refusedPort(), controlFile: nowhere });
  assertEquals(gone, `another program holds the port; ${other}`);
});

Deno.test("portHolder() does not wait for ever for a program that says nothing", async () => {
  await using silent = await ModelServer.start({ name: "silent", dialect: "ollama" });
  silent.onHealth = { kind: "silent" };
  const holder = await holderWords({ host: "127.0.0.1", port: silent.port, controlFile: nowhere, withinMs: 50 });
  assertEquals(holder, `another program holds the port; ${other}`);
});
