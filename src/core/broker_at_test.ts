import { assertEquals } from "@std/assert";
import { serveHealth } from "../../tests/support/health_server.ts";
import { brokerVersionAt, startOfAnswer } from "./broker_at.ts";

Deno.test("brokerVersionAt() knows a broker by its health, and nothing else", async () => {
  const table: [answer: () => Response, version: string | undefined][] = [
    [() => Response.json({ status: "ok", version: "1.2.3" }), "1.2.3"],
    [() => Response.json({ status: "ok" }), undefined],
    [() => Response.json({ status: "ok", version: "\u001b[31m" }), undefined],
    [() => new Response(null, { status: 302, headers: { location: "/other" } }), undefined],
    [() => new Response("x".repeat(1_000_000)), undefined],
    [() => new Response(null), undefined],
  ];
  for (const [answer, version] of table) {
    await using server = serveHealth(answer);
    assertEquals(await brokerVersionAt(`http://127.0.0.1:${server.addr.port}`), version);
  }
});

Deno.test("startOfAnswer() reads the start of an answer that never ends, and waits for none that never begins", async () => {
  let stopped = Promise.withResolvers<void>();
  const endless = new Uint8Array(1_000).fill(97);
  const forever = () =>
    new Response(
      new ReadableStream({ pull: (stream) => stream.enqueue(endless), cancel: () => stopped.resolve() }),
    );
  await using server = serveHealth(forever);
  const text = await startOfAnswer(`http://127.0.0.1:${server.addr.port}/health`);
  assertEquals(text, "a".repeat(1_024));
  await stopped.promise;
  stopped = Promise.withResolvers();
  await using silent = serveHealth(() => new Response(new ReadableStream({ cancel: () => stopped.resolve() })));
  assertEquals(await startOfAnswer(`http://127.0.0.1:${silent.addr.port}/health`, { withinMs: 50 }), "");
  await stopped.promise;
});
