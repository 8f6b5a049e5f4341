import { assert, assertEquals } from "@std/assert";
import type { RecordedRequest } from "../../support/model_server.ts";
import { assertAnswered } from "./answers.ts";
import { dialects, everyPairing, failureTest, type FailureWorld } from "./failure_world.ts";

/** What a client sends and nobody but the broker may see. */
const private_ = {
  "authorization": "Bearer client-secret",
  "proxy-authorization": "Basic client-secret",
  "cookie": "session=client-secret",
  "origin": "http://localhost:3000",
  "referer": "http://localhost:3000/client-secret",
  "x-api-key": "client-secret",
  "x-custom": "client-secret",
  "x-forwarded-for": "203.0.113.7",
  "x-real-ip": "203.0.113.7",
  "forwarded": "for=203.0.113.7",
  "via": "1.1 client-secret",
  "traceparent": "00-client-secret",
  "user-agent": "client-secret/1.0",
  "openai-organization": "client-secret",
  "sec-fetch-site": "same-origin",
  "te": "trailers",
};

const known = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "authorization",
  "content-length",
  "content-type",
  "host",
  "transfer-encoding",
  "user-agent",
]);

/** Only headers of the broker's own making, with its own name and the backend's own token. */
function assertOwnHeaders(request: RecordedRequest, options: { host: string; token?: string }): void {
  const { headers, path } = request;
  assertEquals([...headers.keys()].filter((name) => !known.has(name)), [], path);
  assert([...headers.values()].every((value) => !/client-secret|203\.0\.113|localhost:3000/.test(value)), path);
  assertEquals(headers.get("host"), options.host, path);
  assertEquals(headers.get("user-agent"), "CloudToLocalLLM", path);
  assertEquals(headers.get("authorization"), options.token ? `Bearer ${options.token}` : null, path);
}

const hostOf = (url: string) => new URL(url).host;

const withToken = {
  cloudConfig: { secret: "cloud" },
  env: { CLOUDTOLOCALLLM_SECRET_CLOUD: "backend-token" },
};

everyPairing("7: a client's own headers reach no backend", withToken, async (world, { client, stream }) => {
  world.local.script({ kind: "status", status: 500 });
  const answer = await world.chat(client, { stream, headers: private_ });
  assertAnswered(answer, { by: "cloud", attempts: "local:http_500, cloud:ok" });
  for (const request of world.local.requests) assertOwnHeaders(request, { host: hostOf(world.local.url) });
  for (const request of world.cloud.requests) {
    assertOwnHeaders(request, { host: hostOf(world.cloud.url), token: "backend-token" });
  }
});

async function assertPassedOnClean(world: FailureWorld, requests: [string, string, unknown][]): Promise<void> {
  const headers = { ...private_, "content-type": "application/json" };
  for (const [method, path, json] of requests) {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const response = await fetch(world.broker.url + path, { method, headers, body });
    await response.body?.cancel();
    assert(response.status < 500, `${method} ${path}: ${response.status}`);
    await world.local.waitForIdle();
  }
  for (const request of world.local.requests) assertOwnHeaders(request, { host: hostOf(world.local.url) });
}

failureTest("7: nor with the requests that go to one Ollama", {}, async (world) => {
  await assertPassedOnClean(world, [
    ["POST", "/api/generate", { model: "llama3.2", prompt: "Hi" }],
    ["POST", "/api/embed", { model: "nomic-embed-text", input: "Hi" }],
    ["POST", "/api/embeddings", { model: "nomic-embed-text", prompt: "Hi" }],
    ["POST", "/api/show", { model: "llama3.2" }],
    ["GET", "/api/tags", undefined],
    ["GET", "/api/ps", undefined],
    ["POST", "/api/pull", { model: "new" }],
    ["POST", "/api/copy", { source: "plain", destination: "plain2" }],
    ["DELETE", "/api/delete", { model: "plain2" }],
  ]);
  assert(world.local.modelRequests.some(({ path }) => path === "/api/pull"));
});

for (const client of dialects) {
  failureTest(`7: the key that clients must send reaches no backend (${client})`, {
    config: { listen: { clientKey: "clients" } },
    env: { CLOUDTOLOCALLLM_SECRET_CLIENTS: "client-secret" },
  }, async (world) => {
    const refused = await world.chat(client, { headers: { authorization: "Bearer wrong" } });
    assertEquals([refused.status, world.local.modelRequests.length], [401, 0]);
    const answer = await world.chat(client, { headers: private_ });
    assertAnswered(answer, { by: "local", attempts: "local:ok" });
    for (const request of world.local.requests) assertOwnHeaders(request, { host: hostOf(world.local.url) });
  });
}
