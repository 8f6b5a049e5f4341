import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import { type Fault, gate } from "../support/model_server.ts";
import { weather } from "./samples.ts";
import { criterion } from "./setups.ts";

const messages = [{ role: "user" as const, content: "hi" }];
const request = { model: "llama3.2", messages };

criterion("openai", "a model that nobody has is a NotFoundError", async (scene) => {
  for (const stream of [false, true]) {
    const ask = () => scene.openai.chat.completions.create({ model: "nobody-has-it", messages, stream });
    const error = await assertRejects(ask, OpenAI.NotFoundError);
    assert(error.message.includes("nobody-has-it"), error.message);
  }
  assertEquals(scene.openaiRequests, 2);
});

criterion(
  "openai",
  "a request that the model cannot serve is a BadRequestError in the backend's words",
  async (scene) => {
    const ask = () => scene.openai.chat.completions.create({ model: "plain", messages, tools: [weather] });
    const error = await assertRejects(ask, OpenAI.BadRequestError);
    assert(error.message.includes("plain does not support tools"), error.message);
    assertEquals(error.type, "invalid_request_error");
  },
);

criterion(
  "openai",
  "a broken request is a BadRequestError that names the field, and reaches no backend",
  async (scene) => {
    const ask = () => scene.openai.chat.completions.create({ model: "llama3.2", messages: [] });
    const error = await assertRejects(ask, OpenAI.BadRequestError);
    assertEquals(error.param, "messages");
    assertEquals(scene.answering.modelRequests, []);
  },
);

criterion("openai", "with every backend down the client gets one error and does not ask again", async (scene) => {
  await scene.answering.stop();
  for (const stream of [false, true]) {
    const ask = () => scene.openai.chat.completions.create({ ...request, stream });
    const error = await assertRejects(ask, OpenAI.InternalServerError);
    assert(error.status >= 500 && error.message.includes("No backend could answer"), error.message);
  }
  assertEquals(scene.openaiRequests, 2);
});

const breaks: Fault[] = [
  { kind: "error_line_after", frames: 4 },
  { kind: "drop_after", frames: 4 },
  { kind: "end_without_terminal", frames: 4 },
  { kind: "broken_event_at", frame: 4 },
];

for (const fault of breaks) {
  criterion("openai", `a stream that breaks (${fault.kind}) raises and is never a silent end`, async (scene) => {
    scene.answering.always = fault;
    let text = "";
    const error = await assertRejects(async () => {
      const stream = await scene.openai.chat.completions.create({ ...request, stream: true });
      for await (const { choices: [choice] } of stream) text += choice?.delta.content ?? "";
    }, OpenAI.APIError);
    assert(error.message.startsWith("The answer broke off and is not complete"), error.message);
    assert(text !== "" && scene.reply("hi").startsWith(text), text);
    assertEquals(scene.openaiRequests, 1);
  });
}

criterion("openai", "an aborted stream ends the work at the backend", async (scene) => {
  const held = gate();
  scene.answering.always = { kind: "slow_tokens", gates: [Promise.resolve(), held.promise] };
  const stream = await scene.openai.chat.completions.create({ ...request, stream: true });
  for await (const { choices: [{ delta }] } of stream) {
    if (delta.content) stream.controller.abort();
  }
  await scene.answering.waitForIdle();
  assertEquals(await scene.seen.ended, "client_left");
  held.resolve();
  await scene.broker.waitFor(({ inFlight }) => inFlight === 0);
});

criterion("openai", "an aborted request that is not streamed ends the work at the backend", async (scene) => {
  scene.answering.always = { kind: "silent" };
  const abort = new AbortController();
  const asked = scene.openai.chat.completions.create(request, { signal: abort.signal });
  const ended = assertRejects(() => asked, OpenAI.APIUserAbortError);
  await scene.answering.waitForRequest(({ health }) => !health);
  abort.abort();
  await ended;
  await scene.answering.waitForIdle();
  assertEquals(await scene.seen.ended, "client_left");
  await scene.broker.waitFor(({ inFlight }) => inFlight === 0);
});
