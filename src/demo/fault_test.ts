import { assert, assertEquals, assertMatch, assertNotMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { RawClient } from "../../tests/support/raw_client.ts";
import type { Faults } from "./fault.ts";
import { ModelServer } from "./model_server.ts";
import type { ServerDialect } from "./routes.ts";

const lastChunk = "0\r\n\r\n";
const messages = [{ role: "user", content: "Hi 你好 🦙" }];
const answer = "Hello from the local model. You said: Hi 你好 🦙";
const tool = (name: string) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: { city: { type: "string" } } } },
});

interface World extends AsyncDisposable {
  server: ModelServer;
  client: RawClient;
}

/** A server with this fault that has been asked for a chat, and the socket the answer comes on. */
async function ask(
  fault: Faults,
  options: { dialect?: ServerDialect; stream?: boolean; body?: Record<string, unknown> } = {},
): Promise<World> {
  const { dialect = "ollama", stream = true, body } = options;
  const server = await ModelServer.start({ name: "local", dialect });
  server.script(fault);
  const client = await RawClient.open(server.port);
  const path = dialect === "openai" ? "/v1/chat/completions" : "/api/chat";
  await client.send(path, { model: "llama3.2", messages, stream, ...body });
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await server.waitForIdle();
      await server.stop();
    },
  };
}

const complete = (text: string) => text.endsWith(lastChunk);

function linesOf(client: RawClient): Record<string, unknown>[] {
  return client.body.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
}

function textOf(client: RawClient): string {
  return linesOf(client).map((line) => (line.message as { content: string }).content).join("");
}

function eventsOf(client: RawClient): string[] {
  return client.body.split("\n\n").filter((event) => event !== "");
}

Deno.test("Fault close_on_accept ends in order, without a byte", async () => {
  await using world = await ask({ kind: "close_on_accept" });
  assertEquals([await world.client.readToEnd(), world.client.end], ["", "fin"]);
});

Deno.test("Fault reset resets, also on a connection that was used before", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  using client = await RawClient.open(server.port);
  await client.send("/api/version");
  await client.readUntil((text) => text.includes("0.30.0"));
  server.script({ kind: "reset" });
  const before = client.text;
  await client.send("/api/chat", { model: "llama3.2", messages });
  assertEquals([await client.readToEnd(), client.end], [before, "reset"]);
});

Deno.test("Fault silent never answers and the health paths still do", async () => {
  await using world = await ask({ kind: "silent" });
  const request = await world.server.waitForRequest();
  assertEquals(await fetch(`${world.server.url}/api/version`).then((r) => r.json()), { version: "0.30.0" });
  assertEquals([world.client.text, world.server.inFlight], ["", 1]);
  world.client.close();
  assertEquals(await request.ended, "client_left");
});

Deno.test("Fault read_half_body_then_close reads half and resets", async () => {
  await using world = await ask({ kind: "read_half_body_then_close" });
  await world.client.readToEnd();
  const request = await world.server.waitForRequest();
  const length = Number(request.headers.get("content-length"));
  assertEquals([request.bytes.length, world.client.end], [Math.floor(length / 2), "reset"]);
});

Deno.test("Fault late_first_byte and silent until answer well once the gate opens", async () => {
  for (const kind of ["late_first_byte", "silent", "headers_then_silence"] as const) {
    const gate = Promise.withResolvers<void>();
    await using world = await ask({ kind, until: gate.promise });
    await world.server.waitForRequest();
    if (kind === "headers_then_silence") await world.client.readUntil((text) => text.endsWith("\r\n\r\n"));
    assertEquals(world.client.body, "");
    gate.resolve();
    await world.client.readUntil(complete);
    assertEquals(textOf(world.client), answer);
  }
});

Deno.test("Fault status, redirect and raw send what they are given", async () => {
  await using busy = await ask({ kind: "status", status: 429, headers: { "Retry-After": "7" } });
  await busy.client.readUntil((text) => text.includes("Scripted"));
  assertMatch(
    busy.client.text,
    /^HTTP\/1\.1 429 Too Many Requests\r\n[^]*\r\nRetry-After: 7\r\n[^]*"Scripted failure 429"/,
  );
  await using moved = await ask({ kind: "redirect", location: "http://127.0.0.1:9/" });
  assertMatch(await moved.client.readUntil((text) => text.endsWith("\r\n\r\n")), /^HTTP\/1\.1 307 [^]*Location: http:/);
  await using raw = await ask({ kind: "raw", bytes: "SSH-2.0-x\r\n" });
  assertEquals([await raw.client.readToEnd(), raw.client.end], ["SSH-2.0-x\r\n", "fin"]);
});

Deno.test("Fault headers, duplicate_headers and huge_header change the head alone", async () => {
  await using world = await ask([{ kind: "duplicate_headers" }, { kind: "headers", headers: [["Server", "x"]] }, {
    kind: "huge_header",
    bytes: 70_000,
  }]);
  await world.client.readUntil(complete);
  const names = world.client.text.split("\r\n\r\n")[0]!.split("\r\n").map((line) => line.split(":")[0]);
  assertEquals(names.filter((name) => name === "Content-Type").length, 2);
  assertEquals(names.filter((name) => name === "Set-Cookie").length, 2);
  assert(names.includes("Server") && world.client.text.includes("x".repeat(70_000)));
  assertEquals(textOf(world.client), answer);
});

Deno.test("Fault comments_only sends heartbeats until the gate, in either dialect", async () => {
  const gate = Promise.withResolvers<void>();
  await using world = await ask({ kind: "comments_only", until: gate.promise, everyMs: 1 }, { dialect: "openai" });
  await world.client.readUntil((text) => text.split(": PROCESSING\n\n").length > 3);
  assertNotMatch(world.client.body, /data:/);
  gate.resolve();
  await world.client.readUntil(complete);
  assertEquals(eventsOf(world.client).at(-1), "data: [DONE]");
  await using lines = await ask({ kind: "comments_only", everyMs: 1 });
  await lines.client.readUntil(() => lines.client.body === "\n\n\n");
});

Deno.test("Fault done_first and empty_body say nothing", async () => {
  await using done = await ask({ kind: "done_first" }, { dialect: "openai" });
  await done.client.readUntil(complete);
  assertEquals(done.client.body, "data: [DONE]\n\n");
  await using line = await ask({ kind: "done_first" });
  await line.client.readUntil(complete);
  assertEquals(linesOf(line.client).map((one) => [one.done, textOf(line.client)]), [[true, ""]]);
  await using empty = await ask({ kind: "empty_body" });
  assertMatch(
    await empty.client.readUntil((text) => text.endsWith("\r\n\r\n")),
    /^HTTP\/1\.1 200 [^]*Content-Length: 0/,
  );
});

Deno.test("Fault first_event_error and error_line_after put an error into HTTP 200", async () => {
  await using first = await ask({ kind: "first_event_error", message: "out of memory" }, { dialect: "openai" });
  await first.client.readUntil(complete);
  assertMatch(first.client.text, /^HTTP\/1\.1 200/);
  assertMatch(first.client.body, /^data: {"error":{"message":"out of memory"[^\n]*\n\n$/);
  await using later = await ask({ kind: "error_line_after", frames: 2 });
  await later.client.readUntil(complete);
  const lines = linesOf(later.client);
  assertEquals([lines.length, lines[2]], [3, { error: "Scripted error in the stream" }]);
  await using whole = await ask({ kind: "first_event_error" }, { stream: false });
  await whole.client.readUntil((text) => text.includes("}"));
  assertEquals(JSON.parse(whole.client.body), { error: "Scripted error in the first event" });
});

Deno.test("Fault malformed_json, whole_malformed and broken_event_at are no JSON", async () => {
  await using line = await ask({ kind: "malformed_json" });
  await line.client.readUntil(complete);
  await assertRejects(() => Promise.resolve().then(() => linesOf(line.client)), SyntaxError);
  await using whole = await ask({ kind: "whole_malformed" }, { stream: false });
  const length = await whole.client.readUntil((text) => text.includes("\r\n\r\n{"));
  assertEquals(Number(/Content-Length: (\d+)/.exec(length)?.[1]), whole.client.bodyBytes().length);
  await assertRejects(() => Promise.resolve().then(() => JSON.parse(whole.client.body)), SyntaxError);
  await using event = await ask({ kind: "broken_event_at", frame: 3 }, { dialect: "openai" });
  await event.client.readUntil(complete);
  const bad = eventsOf(event.client).map((data, index) => [data.slice(6), index] as const)
    .filter(([data]) => data !== "[DONE]" && !isJson(data));
  assertEquals(bad.map(([_, index]) => index), [3]);
});

Deno.test("Fault drop_after breaks the body and end_without_terminal ends it", async () => {
  await using dropped = await ask({ kind: "drop_after", frames: 3 });
  await dropped.client.readToEnd();
  assertEquals([linesOf(dropped.client).length, dropped.client.end], [3, "fin"]);
  assert(!complete(dropped.client.text));
  assertEquals(await (await dropped.server.waitForRequest()).ended, "cut");
  await using ended = await ask({ kind: "end_without_terminal", frames: 3 });
  await ended.client.readUntil(complete);
  assertEquals(linesOf(ended.client).map((line) => line.done), [false, false, false]);
  await using whole = await ask({ kind: "drop_after", frames: 0 }, { stream: false });
  const text = await whole.client.readToEnd();
  assert(whole.client.bodyBytes().length < Number(/Content-Length: (\d+)/.exec(text)?.[1]));
});

Deno.test("Fault stall_after, heartbeats_after and slow_tokens go on when their gates open", async () => {
  const gate = Promise.withResolvers<void>();
  await using stalled = await ask({ kind: "stall_after", frames: 2, until: gate.promise });
  await stalled.client.readUntil(() => linesOf(stalled.client).length === 2);
  await using beating = await ask({ kind: "heartbeats_after", frames: 2, until: gate.promise, everyMs: 1 });
  await beating.client.readUntil(() => beating.client.body.endsWith("\n\n\n\n"));
  assertEquals(linesOf(beating.client).length, 2);
  gate.resolve();
  for (const { client } of [stalled, beating]) {
    await client.readUntil(complete);
    assertEquals(textOf(client), answer);
  }
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using slow = await ask({ kind: "slow_tokens", gates: gates.map(({ promise }) => promise) });
  gates[0]!.resolve();
  await slow.client.readUntil(() => textOf(slow.client) === "Hello");
  assertEquals(slow.client.chunkSizes.length, 1);
  gates[1]!.resolve();
  await slow.client.readUntil(complete);
  assertEquals(textOf(slow.client), answer);
});

Deno.test("Fault split cuts everywhere and changes no byte", async () => {
  for (const [sizes, stream] of [[1, true], [[3, 1, 7], true], [2, false], [1_000_000, true]] as const) {
    await using world = await ask({ kind: "split", sizes }, { stream });
    await world.client.readUntil(complete);
    assertEquals(textOf(world.client), answer);
    const most = typeof sizes === "number" ? sizes : 7;
    assert(world.client.chunkSizes.every((size) => size <= most));
    if (sizes === 1_000_000) assertEquals(world.client.chunkSizes.length, 1);
  }
});

Deno.test("Fault crlf and long_line change the form of lines, together too", async () => {
  await using world = await ask([{ kind: "long_line", bytes: 300_000 }, { kind: "crlf" }]);
  await world.client.readUntil(complete);
  assertEquals(world.client.body.split("\n").filter((line) => line !== "" && !line.endsWith("\r")), []);
  assertEquals(textOf(world.client), "x".repeat(300_000) + answer);
  await using events = await ask({ kind: "crlf" }, { dialect: "openai" });
  await events.client.readUntil(complete);
  assertStringIncludes(events.client.body, "}\r\n\r\ndata: [DONE]\r\n\r\n");
});

Deno.test("Fault tool_fragments interleaves calls without id; usage_only_last comes unasked", async () => {
  const asked = [{ role: "user", content: "get_time and get_weather" }];
  const body = { messages: asked, tools: [tool("get_weather"), tool("get_time")] };
  await using world = await ask([{ kind: "tool_fragments" }, { kind: "usage_only_last" }], { dialect: "openai", body });
  await world.client.readUntil(complete);
  const chunks = eventsOf(world.client).slice(0, -1).map((event) => JSON.parse(event.slice(6)));
  const deltas = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
  assertEquals(deltas.slice(0, 4).map((delta) => delta.index), [0, 1, 0, 1]);
  assert(deltas.every((delta) => !("id" in delta)));
  const args = (index: number) =>
    deltas.filter((delta) => delta.index === index).map((delta) => delta.function.arguments).join("");
  assertEquals(JSON.parse(args(1)), { city: "city for get_time" });
  assertEquals([chunks.at(-1).choices, chunks.at(-1).usage.completion_tokens], [[], 2]);
});

Deno.test("Fault wrong_length announces more or less than is sent", async () => {
  for (const announced of ["longer", "shorter"] as const) {
    for (const stream of [true, false]) {
      await using world = await ask({ kind: "wrong_length", announced }, { stream });
      const text = await world.client.readToEnd();
      const length = Number(/Content-Length: (\d+)/.exec(text)?.[1]);
      const difference = length - world.client.bodyBytes().length;
      assertEquals([difference, world.client.end], [announced === "longer" ? 7 : -7, "fin"]);
    }
  }
});

Deno.test("Faults: the queue goes first, then always; health has its own", async () => {
  await using server = await ModelServer.start({ name: "local", dialect: "ollama" });
  const status = async (path: string, body?: string) => {
    const response = await fetch(server.url + path, { method: body ? "POST" : "GET", body });
    await response.body?.cancel();
    return response.status;
  };
  const chat = JSON.stringify({ model: "plain", prompt: "Hi" });
  server.script({ kind: "status", status: 500 }, { kind: "none" });
  server.always = { kind: "status", status: 503 };
  server.onHealth = { kind: "status", status: 502 };
  assertEquals(await status("/api/tags"), 502);
  assertEquals([await status("/api/generate", chat), await status("/api/generate", chat)], [500, 200]);
  assertEquals([await status("/api/generate", chat), server.scripted], [503, 0]);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
