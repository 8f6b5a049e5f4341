import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { FakeDaemon, type FakeRoutes } from "../../tests/support/fake_daemon.ts";
import { FakeIo, type FakeIoOptions } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";

const headers = { "x-broker-backend": "cloud", "x-broker-attempts": "local:connect_refused, cloud:ok" };

function says(content: string, thinking?: string): string {
  return JSON.stringify({ message: { role: "assistant", content, thinking }, done: false });
}

const done = JSON.stringify({ message: { role: "assistant", content: "" }, done: true, done_reason: "stop" });

function answering(...lines: string[]): FakeRoutes {
  return { "POST /api/chat": () => new Response(lines.join("\n") + "\n", { headers }) };
}

interface Chat {
  code: ExitCode;
  io: FakeIo;
  daemon: FakeDaemon;
}

async function chat(routes: FakeRoutes, words: string[], options: FakeIoOptions = {}): Promise<Chat> {
  await using daemon = await FakeDaemon.start(routes);
  const io = new FakeIo({ ...options, env: daemon.env });
  return { code: await runCommandLine(["chat", ...words], io), io, daemon };
}

function sent({ daemon }: Chat, index = 0): { messages: unknown[] } & Record<string, unknown> {
  return JSON.parse(daemon.requests[index].body);
}

Deno.test("chat prints the answer, then who gave it", async () => {
  const result = await chat(answering(says("Because "), says("of light."), done), ["llama3.2", "Why is it blue?"]);
  assertEquals(result.code, ExitCode.done);
  assertEquals(result.io.stdout, "Because of light.\n");
  assertEquals(
    result.io.stderr,
    "answered by cloud in 0 ms to first token (attempts: local:connect_refused, cloud:ok)\n",
  );
  assertEquals(sent(result), {
    model: "llama3.2",
    messages: [{ role: "user", content: "Why is it blue?" }],
    stream: true,
  });
});

Deno.test("chat sends the system text and the wish for a backend", async () => {
  const words = ["m", "hi", "--system", "Be brief", "--backend", "local"];
  const result = await chat(answering(says("Hi\n"), done), words);
  assertEquals(result.io.stdout, "Hi\n");
  assertEquals(sent(result).messages[0], { role: "system", content: "Be brief" });
  assertEquals(result.daemon.requests[0].headers.get("x-broker-backend"), "local");
});

Deno.test("chat takes its prompt from a pipe, after that of the command line", async () => {
  const routes = answering(says("ok"), done);
  const piped = await chat(routes, ["m"], { stdin: "a file\n" });
  assertEquals(sent(piped).messages, [{ role: "user", content: "a file" }]);
  const both = await chat(routes, ["m", "Summarise:"], { stdin: "a file\n" });
  assertEquals(sent(both).messages, [{ role: "user", content: "Summarise:\n\na file" }]);
  const terminal = await chat(routes, ["m", "alone"], { stdin: "not read", terminal: { stdin: true } });
  assertEquals(sent(terminal).messages, [{ role: "user", content: "alone" }]);
});

Deno.test("chat without any prompt is a usage error", async () => {
  const { code, io, daemon } = await chat({}, ["m"], { stdin: "\n" });
  assertEquals(code, ExitCode.usage);
  assertMatch(io.stderr, /^chat needs PROMPT/);
  assertEquals(daemon.requests, []);
});

Deno.test("chat lets no control character of a model reach the terminal", async () => {
  const { io } = await chat(answering(says("a\x1b]0;owned\x07b\r\n", "t\x1b[2J"), done), ["m", "hi", "--thinking"]);
  assertEquals(io.stdout, "a]0;ownedb\n");
  assertEquals(io.stderr.includes("\x1b"), false);
});

Deno.test("chat shows thinking only when asked, dimmed and apart from the answer", async () => {
  const routes = answering(says("", "Hm, "), says("", "yes"), says("Yes."), done);
  const hidden = await chat(routes, ["m", "hi"]);
  assertNotMatch(hidden.io.stderr, /Hm/);
  const plain = await chat(routes, ["m", "hi", "--thinking"]);
  assertEquals(plain.io.stdout, "Yes.\n");
  assertMatch(plain.io.stderr, /^Hm, yes\nanswered by/);
  const shown = await chat(routes, ["m", "hi", "--thinking"], { terminal: { stderr: true } });
  assertStringIncludes(shown.io.stderr, "\x1b[2mHm, \x1b[0m");
});

Deno.test("chat fails when the answer breaks off, in whichever way", async () => {
  const cases: [string[], string][] = [
    [[says("Half"), '{"error":"the backend stopped"}'], "The answer broke off: the backend stopped\n"],
    [
      [says("Half"), '{"error":"The answer broke off and is not complete: local stopped"}'],
      "The answer broke off and is not complete: local stopped\n",
    ],
    [[says("Half")], "The answer broke off: it ended without its end marker\n"],
    [[says("Half"), "<html>"], "The answer broke off: a line of it is not a JSON object\n"],
  ];
  for (const [lines, words] of cases) {
    const { code, io } = await chat(answering(...lines), ["m", "hi"]);
    assertEquals([code, io.stdout, io.stderr], [ExitCode.failed, "Half\n", words]);
  }
});

Deno.test("chat fails when the connection breaks in the middle", async () => {
  const broken = Promise.withResolvers<void>();
  const half = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode(`${says("Half")}\n`));
      await broken.promise;
      controller.error(new Error("The connection breaks"));
    },
  });
  await using daemon = await FakeDaemon.start({ "POST /api/chat": () => new Response(half) });
  const io = new FakeIo({ env: daemon.env });
  const ended = runCommandLine(["chat", "m", "hi"], io);
  await io.printed("Half");
  broken.resolve();
  assertEquals(await ended, ExitCode.failed);
  assertEquals(io.stdout, "Half\n");
  assertEquals(io.stderr, "The answer broke off: the daemon closed the connection\n");
});

Deno.test("chat tells a refusal in the broker's words, with who was asked", async () => {
  const routes: FakeRoutes = {
    "POST /api/chat": () =>
      Response.json({ error: 'model "m" not found' }, {
        status: 404,
        headers: { "x-broker-attempts": "local:http_404" },
      }),
  };
  const { code, io } = await chat(routes, ["m", "hi"]);
  assertEquals([code, io.stdout], [ExitCode.failed, ""]);
  assertEquals(io.stderr, 'No answer from m: model "m" not found (attempts: local:http_404)\n');
});

Deno.test("chat ends quietly when the reader of its output has gone, and leaves the request", async () => {
  const left = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(says("much") + "\n")),
    cancel: () => left.resolve(),
  });
  await using daemon = await FakeDaemon.start({ "POST /api/chat": () => new Response(body) });
  const io = new FakeIo({ env: daemon.env });
  io.outputClosed = true;
  assertEquals(await runCommandLine(["chat", "m", "hi"], io), ExitCode.done);
  assertEquals(io.stderr, "");
  await left.promise;
});

/** A person at the terminal: types a line when the prompt stands, then leaves with Ctrl-D. */
function typing(): { stdin: ReadableStream<Uint8Array<ArrayBuffer>>; type(line: string): void; leave(): void } {
  let keyboard!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const stdin = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (controller) => void (keyboard = controller) });
  return {
    stdin,
    type: (line) => keyboard.enqueue(new TextEncoder().encode(`${line}\n`)),
    leave: () => keyboard.close(),
  };
}

Deno.test("chat without a prompt on a terminal is a conversation that remembers", async () => {
  const { stdin, type, leave } = typing();
  await using daemon = await FakeDaemon.start({
    "POST /api/chat": ({ body }) => new Response(`${says(`answer ${JSON.parse(body).messages.length}`)}\n${done}\n`),
  });
  const io = new FakeIo({ env: daemon.env, stdin, terminal: { stdin: true } });
  const ended = runCommandLine(["chat", "m", "--system", "s"], io);
  type("one");
  await io.printed("answer 2\n");
  type("");
  type("two");
  await io.printed("answer 4\n");
  leave();
  assertEquals(await ended, ExitCode.done);
  assertEquals(JSON.parse(daemon.requests[1].body).messages, [
    { role: "system", content: "s" },
    { role: "user", content: "one" },
    { role: "assistant", content: "answer 2" },
    { role: "user", content: "two" },
  ]);
  assertEquals(io.signal("SIGINT"), false);
});

Deno.test("chat's conversation ends with /bye, which no model is told", async () => {
  const { stdin, type } = typing();
  await using daemon = await FakeDaemon.start({});
  const io = new FakeIo({ env: daemon.env, stdin, terminal: { stdin: true } });
  const ended = runCommandLine(["chat", "m"], io);
  type(" /bye ");
  assertEquals([await ended, daemon.requests.length], [ExitCode.done, 0]);
});

Deno.test("chat's Ctrl-C stops the answer and not the conversation", async () => {
  const { stdin, type, leave } = typing();
  const left = Promise.withResolvers<void>();
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(says("on and on") + "\n")),
    cancel: () => left.resolve(),
  });
  const answers = [() => new Response(endless), () => new Response(`${says("brief")}\n${done}\n`)];
  await using daemon = await FakeDaemon.start({ "POST /api/chat": () => answers.shift()!() });
  const io = new FakeIo({ env: daemon.env, stdin, terminal: { stdin: true } });
  const ended = runCommandLine(["chat", "m"], io);
  type("tell me all");
  await io.printed("on and on");
  assertEquals(io.signal("SIGINT"), true);
  await left.promise;
  await io.printed("on and on\n");
  assertEquals(io.signal("SIGINT"), true);
  assertNotMatch(io.stderr, /Ctrl-D/);
  type("shorter");
  await io.printed("brief\n");
  leave();
  assertEquals(await ended, ExitCode.done);
  assertEquals(JSON.parse(daemon.requests[1].body).messages.map(({ content }: { content: string }) => content), [
    "tell me all",
    "on and on",
    "shorter",
  ]);
});

Deno.test("chat's Ctrl-C at the prompt says how to leave", async () => {
  const { stdin, leave } = typing();
  await using daemon = await FakeDaemon.start({});
  const io = new FakeIo({ env: daemon.env, stdin, terminal: { stdin: true } });
  const ended = runCommandLine(["chat", "m"], io);
  await io.printed(">>> ");
  io.signal("SIGINT");
  // The same Ctrl-C, handed on by the launcher.
  io.signal("SIGINT");
  leave();
  assertEquals(await ended, ExitCode.done);
  assertEquals(io.stderr, ">>> \nCtrl-D or /bye ends the conversation\n>>> \n");
});

Deno.test("chat forgets a turn that failed and goes on", async () => {
  const { stdin, type, leave } = typing();
  const answers = [
    () => Response.json({ error: "overloaded" }, { status: 503 }),
    () => new Response(`${says("better")}\n${done}\n`),
  ];
  await using daemon = await FakeDaemon.start({ "POST /api/chat": () => answers.shift()!() });
  const io = new FakeIo({ env: daemon.env, stdin, terminal: { stdin: true } });
  const ended = runCommandLine(["chat", "m"], io);
  type("first");
  await io.printed("No answer from m: overloaded\n");
  type("second");
  await io.printed("better\n");
  leave();
  assertEquals(await ended, ExitCode.done);
  assertEquals(JSON.parse(daemon.requests[1].body).messages, [{ role: "user", content: "second" }]);
});
