import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Fault, gate } from "../support/model_server.ts";
import { criterion } from "./setups.ts";
import { weather } from "./samples.ts";

const hi = [{ role: "user", content: "hi" }];

/** The client's own error: its class is not exported, so it is known by its name and status. */
async function responseError(ask: () => Promise<unknown>): Promise<{ status: number; message: string }> {
  const error = await assertRejects(ask, Error);
  assertEquals(error.name, "ResponseError");
  const status: unknown = Reflect.get(error, "status_code");
  assert(typeof status === "number");
  return { status, message: error.message };
}

criterion("ollama", "a model that nobody has is 404 in the client's own error", async (scene) => {
  const request = { model: "nobody-has-it", messages: hi };
  for (
    const ask of [
      () => scene.ollama.chat(request),
      () => scene.ollama.chat({ ...request, stream: true }),
      () => scene.ollama.show(request),
    ]
  ) {
    const { status, message } = await responseError(ask);
    assertEquals(status, 404);
    assert(message.includes("nobody-has-it"), message);
  }
});

criterion("ollama", "a request that the model cannot serve is 400 with the backend's words", async (scene) => {
  const ask = () => scene.ollama.chat({ model: "plain", messages: hi, tools: [weather] });
  const { status, message } = await responseError(ask);
  assertEquals([status, message], [400, "plain does not support tools"]);
});

criterion("ollama", "a broken request is 400 and reaches no backend", async (scene) => {
  const { status, message } = await responseError(() => scene.ollama.chat({ model: "", messages: hi }));
  assertEquals(status, 400);
  assert(message.includes("model"), message);
  assertEquals(scene.answering.modelRequests, []);
});

criterion("ollama", "with every backend down the client gets one clear error", async (scene) => {
  await scene.answering.stop();
  const { status, message } = await responseError(() => scene.ollama.chat({ model: "llama3.2", messages: hi }));
  assert(status >= 500, String(status));
  assert(message.includes("No backend could answer") && message.includes("answering"), message);
  const streamed = await responseError(() => scene.ollama.chat({ model: "llama3.2", messages: hi, stream: true }));
  assertEquals(streamed.status, status);
});

const breaks: Fault[] = [
  { kind: "error_line_after", frames: 3 },
  { kind: "drop_after", frames: 3 },
  { kind: "end_without_terminal", frames: 3 },
  { kind: "broken_event_at", frame: 3 },
];

for (const fault of breaks) {
  criterion("ollama", `a stream that breaks (${fault.kind}) raises and is never a silent end`, async (scene) => {
    scene.answering.always = fault;
    let text = "";
    const error = await assertRejects(async () => {
      const stream = await scene.ollama.chat({ model: "llama3.2", messages: hi, stream: true });
      for await (const { message } of stream) text += message.content;
    }, Error);
    assert(error.message.startsWith("The answer broke off and is not complete"), error.message);
    assert(text !== "" && scene.reply("hi").startsWith(text), text);
  });
}

criterion("ollama", "an aborted stream ends the work at the backend", async (scene) => {
  const held = gate();
  scene.answering.always = { kind: "slow_tokens", gates: [Promise.resolve(), held.promise] };
  const stream = await scene.ollama.chat({ model: "llama3.2", messages: hi, stream: true });
  const error = await assertRejects(async () => {
    for await (const { message } of stream) {
      assertEquals(message.content, "Hello");
      stream.abort();
    }
  });
  assert(error instanceof DOMException && error.name === "AbortError", String(error));
  await scene.answering.waitForIdle();
  assertEquals(await scene.seen.ended, "client_left");
  held.resolve();
  const { inFlight } = await scene.broker.waitFor(({ inFlight }) => inFlight === 0);
  assertEquals(inFlight, 0);
});
