import { assertEquals, assertStringIncludes } from "@std/assert";
import { BackendScene, chatOf, textOfAnswer } from "../../tests/support/backend_scene.ts";
import type { Fault } from "../../tests/support/model_server.ts";
import type { FailureReason } from "../core/errors.ts";
import { parseOllamaRequest } from "../protocol/ollama.ts";

const kinds = ["ollama", "openai"] as const;

/** What a server does before the first content, and what that is called; streamed and whole where they differ. */
const table: [Fault, streamed: FailureReason, whole: FailureReason][] = [
  [{ kind: "empty_body" }, "empty", "empty"],
  [{ kind: "malformed_json" }, "malformed", "malformed"],
  [{ kind: "first_event_error" }, "backend_error", "backend_error"],
  [{ kind: "drop_after", frames: 0 }, "reset", "incomplete"],
  [{ kind: "status", status: 503 }, "http_503", "http_503"],
];

for (const backend of kinds) {
  for (const client of kinds) {
    Deno.test(`exchange() names what comes instead of an answer (${client} client, ${backend} backend)`, async () => {
      await using scene = await BackendScene.start(backend);
      for (const [fault, ...reasons] of table) {
        for (const [index, stream] of [true, false].entries()) {
          scene.server.script(fault);
          const { reason, phase } = await scene.failure(() => scene.send(chatOf(client, { stream })));
          assertEquals([reason, phase === "streaming"], [reasons[index], false], `${fault.kind}, stream ${stream}`);
        }
      }
      await scene.server.waitForIdle();
    });
  }
}

Deno.test("exchange() takes [DONE] first for no answer", async () => {
  await using scene = await BackendScene.start("openai");
  for (const client of kinds) {
    scene.server.script({ kind: "done_first" });
    assertEquals((await scene.failure(() => scene.send(chatOf(client, { stream: true })))).reason, "empty");
  }
});

Deno.test("exchange() takes one JSON object in place of a stream for the error that it tells", async () => {
  await using scene = await BackendScene.start("openai");
  const json = (body: string): Fault => ({ kind: "status", status: 200, body });
  scene.server.script(json('{"error":{"message":"no capacity"}}'));
  const told = await scene.failure(() => scene.send(chatOf("openai", { stream: true })));
  assertEquals([told.reason, told.phase], ["backend_error", "first_byte"]);
  assertStringIncludes(told.message, "no capacity");
  scene.server.script(json('{"choices":[{"message":{"content":"hi"}}]}'));
  assertEquals((await scene.failure(() => scene.send(chatOf("openai", { stream: true })))).reason, "malformed");
});

Deno.test("exchange() sends a request that is bound to one backend once, whatever the pool holds", async () => {
  await using scene = await BackendScene.start("ollama");
  await textOfAnswer(await scene.send(chatOf("ollama", { stream: false })));
  scene.server.script({ kind: "close_on_accept" });
  const body = { model: "llama3.2", prompt: "and then?", context: [1, 2, 3] };
  const bound = parseOllamaRequest("/api/generate", new TextEncoder().encode(JSON.stringify(body)));
  const { reason } = await scene.failure(() => scene.send(bound));
  assertEquals([bound.class, reason], ["bound", "reset"]);
  assertEquals(scene.server.modelRequests.filter(({ path }) => path === "/api/generate").length, 1);
});

Deno.test("exchange() keeps a whole answer's bytes as they came", async () => {
  await using scene = await BackendScene.start("ollama");
  const body = '{ "model":"m",\n "message":{"role":"assistant","content":"h\\u0069"},"done":true, "extra":[1] }';
  scene.server.script({ kind: "status", status: 200, body });
  const answer = await scene.send(chatOf("ollama", { stream: false }));
  assertEquals([await textOfAnswer(answer), answer.contentType, answer.rest], [
    body,
    "application/json; charset=utf-8",
    undefined,
  ]);
});

Deno.test("exchange() refuses a whole answer that lacks what the dialect demands", async () => {
  await using scene = await BackendScene.start("ollama");
  for (const body of ["{}", "[]", "null", '"text"', '{"message":{"content":"half"},"done":false}']) {
    scene.server.script({ kind: "status", status: 200, body });
    const { reason } = await scene.failure(() => scene.send(chatOf("ollama", { stream: false })));
    assertEquals(reason, "malformed", body);
  }
});

Deno.test("exchange() refuses a whole answer of millions of values before it is parsed, not one of as many bytes", async () => {
  await using scene = await BackendScene.start("ollama");
  const answer = (more: string) => `{"message":{"content":"hi"},"done":true,"more":${more}}`;
  scene.server.script({ kind: "status", status: 200, body: answer(`[${"{},".repeat(2_000_000)}{}]`) });
  const { reason, phase, message } = await scene.failure(() => scene.send(chatOf("ollama", { stream: false })));
  assertEquals([reason, phase], ["too_large", "first_byte"]);
  assertStringIncludes(message, "more than 4000000 values");
  const body = answer(`"${"{},".repeat(2_000_000)}"`);
  scene.server.script({ kind: "status", status: 200, body });
  assertEquals((await textOfAnswer(await scene.send(chatOf("ollama", { stream: false })))).length, body.length);
});

Deno.test("exchange() tells a whole answer that was cut short from one that is whole", async () => {
  await using scene = await BackendScene.start("ollama");
  const cuts: [Fault, FailureReason][] = [
    [{ kind: "wrong_length", announced: "longer" }, "incomplete"],
    [{ kind: "whole_malformed" }, "malformed"],
  ];
  for (const [fault, expected] of cuts) {
    scene.server.script(fault);
    const { reason, phase } = await scene.failure(() => scene.send(chatOf("ollama", { stream: false })));
    assertEquals([reason, phase], [expected, "first_byte"]);
  }
});
