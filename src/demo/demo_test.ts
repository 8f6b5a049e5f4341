import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type DemoOptions, runDemo } from "./demo.ts";

interface Stand {
  /** Ids of the backends it tries, in order. */
  order: string[];
}

/** A stand-in for the broker: tries one backend after the other, and leaves out everything else. */
function standInBroker(stand: Stand): DemoOptions["startBroker"] {
  return (config) => {
    const backends = config.backends as { id: string; url: string }[];
    const serve = async (request: Request): Promise<Response> => {
      const body = await request.text();
      const attempts: string[] = [];
      for (const id of stand.order) {
        const { url } = backends.find((backend) => backend.id === id)!;
        const answer = await fetch(url + new URL(request.url).pathname, { method: "POST", body }).catch(() =>
          undefined
        );
        attempts.push(`${id}:${answer ? "ok" : "connect_refused"}`);
        if (!answer) continue;
        const headers = { "x-broker-backend": id, "x-broker-attempts": attempts.join(", ") };
        return new Response(answer.body, { status: answer.status, headers });
      }
      return new Response("no backend left", { status: 502 });
    };
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, serve);
    const close = () => server.shutdown();
    return Promise.resolve({ url: `http://127.0.0.1:${server.addr.port}`, close });
  };
}

/** Runs the demo; `onText` sees what it has printed so far. */
async function play(options: Partial<DemoOptions> & { stand?: Stand; onText?: (text: string) => void }) {
  let text = "";
  const worked = await runDemo({
    startBroker: standInBroker(options.stand ?? { order: ["local", "cloud"] }),
    exit: true,
    signal: new AbortController().signal,
    colour: false,
    tokenDelayMs: 1,
    ...options,
    out: (piece) => {
      text += piece;
      options.onText?.(text);
    },
  });
  return { worked, text };
}

Deno.test("runDemo() shows each step in 80 columns and without colour", async () => {
  const { worked, text } = await play({});
  assert(worked, text);
  assertMatch(
    text,
    /1\. [^]*Answered by local[^]*2\. [^]*3\. [^]*connect_refused[^]*Answered by cloud[^]*5\. [^]*uses local again/,
  );
  assertEquals(text.split("\n").filter((line) => line.length > 80), []);
  // deno-lint-ignore no-control-regex -- an escape sequence is what must not be there
  assertEquals(/\x1b/.test(text), false);
});

Deno.test("runDemo() says what it expected and saw when there is no failover", async () => {
  const { worked, text } = await play({ stand: { order: ["local"] } });
  assertEquals(worked, false);
  assertStringIncludes(text, "This step failed.");
  assertMatch(text, /expected +status 200\n +seen +status 502: no backend left/);
});

Deno.test("runDemo() fails when the wrong backend answers", async () => {
  const { worked, text } = await play({ stand: { order: ["cloud"] }, colour: true });
  assertEquals(worked, false);
  assertStringIncludes(text, "seen");
  assertStringIncludes(text, "x-broker-backend: cloud");
  assertStringIncludes(text, "\x1b[31m");
});

Deno.test("runDemo() stays up until interrupted, and an interrupted step is no success", async () => {
  const interrupt = new AbortController();
  const stayed = await play({
    exit: false,
    signal: interrupt.signal,
    onText: (text) => text.endsWith("/api/tags\n") && interrupt.abort(),
  });
  assertEquals(stayed.worked, true);
  const early = new AbortController();
  const cut = await play({ signal: early.signal, onText: (text) => text.includes("2. ") && early.abort() });
  assertEquals(cut.worked, false);
  assertStringIncludes(cut.text, "Interrupted.");
});
