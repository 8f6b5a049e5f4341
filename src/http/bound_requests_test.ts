import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settle } from "../../tests/support/fake_clock.ts";
import { HttpScene } from "../../tests/support/http_scene.ts";
import { stubFailure } from "../../tests/support/stub_backend.ts";
import type { ForwardOptions } from "../broker/backend.ts";

/** The routes over one Ollama whose answers to bound requests the test gives; an abort ends each with its reason. */
function boundScene(answer: (options: ForwardOptions) => Response | undefined, ping: "alive" | "dead" = "alive") {
  const scene = new HttpScene({ inputs: { local: { timeouts: { answerMs: 60_000, idleMs: 30_000 } } } });
  const local = scene.broker.stubs.get("local")!;
  const asked: ForwardOptions[] = [];
  local.script.ping = (ping) => pingAnswer === "alive" ? ping.resolve() : ping.reject(stubFailure("local", "reset"));
  let pingAnswer = ping;
  local.forward = async (options?: ForwardOptions) => {
    asked.push(options!);
    // As the network would: the upload is taken in full before the answer.
    if (options!.body instanceof ReadableStream) await new Response(options!.body).bytes();
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => {});
    options!.signal.addEventListener("abort", () => aborted.reject(options!.signal.reason));
    return answer(options!) ?? await aborted.promise;
  };
  return { scene, local, asked, die: () => pingAnswer = "dead" };
}

const json = { model: "llama3.2" };

Deno.test("forwardBound() passes on status, body and content type of an answer, and no other header", async () => {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "location": "https://elsewhere.example",
    "set-cookie": "a=b",
    "x-broker-attempts": "forged",
    "x-request-id": "forged",
    "access-control-allow-methods": "*",
    "content-security-policy": "none",
    "refresh": "0; url=https://elsewhere.example",
  };
  const { scene } = boundScene(() => new Response('{"status":"success"}', { headers }));
  const response = await scene.ask("/api/copy", { json });
  assertEquals(Object.fromEntries(response.headers), {
    "content-type": "application/json",
    "x-broker-backend": "local",
    "x-content-type-options": "nosniff",
  });
  assertEquals(await response.text(), '{"status":"success"}');
});

Deno.test("forwardBound() lets no page of a backend reach a browser as one", async () => {
  const html = { "content-type": "text/html" };
  for (const status of [200, 500]) {
    const { scene } = boundScene(() => new Response("<script>", { status, headers: html }));
    const response = await scene.ask("/api/copy", { json });
    assertEquals([response.status, response.headers.get("content-type"), await response.text()], [
      status,
      "text/plain; charset=utf-8",
      "<script>",
    ]);
  }
});

Deno.test("forwardBound() follows no redirect and passes none on", async () => {
  const headers = { location: "https://elsewhere.example" };
  const { scene } = boundScene(() => new Response(null, { status: 307, headers }));
  const response = await scene.ask("/api/pull", { json });
  assertEquals([response.status, response.headers.get("location"), response.headers.get("x-broker-attempts")], [
    502,
    null,
    "local:redirect",
  ]);
  assertStringIncludes((await response.json()).error, "sends clients elsewhere");
});

Deno.test("forwardBound() bounds an error and takes secrets out of it", async () => {
  const { scene } = boundScene(() => new Response(`token ${"x".repeat(100_000)}`, { status: 500 }));
  scene.context.redact = (text) => text.replaceAll("token", "[redacted]");
  const text = await (await scene.ask("/api/copy", { json })).text();
  assertEquals([text.slice(0, 12), text.length], ["[redacted] x", 65_536 + "[redacted]".length - "token".length]);
});

Deno.test("forwardBound() refuses an answer that is too large for what was asked", async () => {
  const { scene } = boundScene(() => new Response(new Uint8Array(1_048_577)));
  const response = await scene.ask("/api/me", { method: "POST" });
  assertEquals([response.status, response.headers.get("x-broker-attempts")], [502, "local:too_large"]);
  await response.body?.cancel();
});

Deno.test("forwardBound() passes compressed bytes on as such, but no compressed error", async () => {
  const headers = { "content-encoding": "gzip", "content-type": "application/json" };
  const well = boundScene(() => new Response("gzip bytes", { headers }));
  const passed = await well.scene.ask("/api/copy", { json });
  assertEquals([passed.headers.get("content-encoding"), await passed.text()], ["gzip", "gzip bytes"]);
  const ill = boundScene(() => new Response("gzip bytes", { headers, status: 500 }));
  const refused = await ill.scene.ask("/api/copy", { json });
  assertEquals([refused.headers.get("content-encoding"), await refused.json()], [null, {
    error: "local answered with status 500",
  }]);
});

Deno.test("forwardBound() sends a backend its own path, and blobs by their digest alone", async () => {
  const { scene, asked } = boundScene(() => new Response(""));
  const digest = `sha256:${"0a".repeat(32)}`;
  const paths = ["/api/pull?x=1", `/api/blobs/${digest}?x=1`, `/api/blobs/${digest.replace(":", "-")}`];
  paths.push(`/api/blobs/${digest.replace(":", "%3A")}`);
  for (const path of paths) assertEquals((await scene.ask(path, { method: "POST" })).status, 200, path);
  assertEquals(asked.map(({ path }) => path), [
    "/api/pull",
    `/api/blobs/${digest}`,
    `/api/blobs/${digest.replace(":", "-")}`,
    `/api/blobs/${digest}`,
  ]);
});

Deno.test("forwardBound() refuses a blob that is named by no digest", async () => {
  const { scene, asked } = boundScene(() => new Response(""));
  const hex = "0a".repeat(32);
  for (
    const digest of ["x", `sha256:${hex}0`, `sha256:${hex.toUpperCase()}`, `sha512:${hex}`, `..%2F${hex}`, `${hex}%0A`]
  ) {
    const response = await scene.ask(`/api/blobs/${digest}`, { method: "POST" });
    assertEquals([response.status, typeof (await response.json()).error], [400, "string"], digest);
  }
  assertEquals(asked, []);
});

Deno.test("forwardBound() gives a short request answerMs, and asks after the backend's health meanwhile", async () => {
  const { scene, local } = boundScene(() => undefined);
  const { clock } = scene.broker;
  const response = scene.ask("/api/copy", { json });
  await settle();
  await clock.advance(59_999);
  assert(local.pings.length > 0);
  await clock.advance(1);
  assertEquals([(await response).status, (await response).headers.get("x-broker-attempts")], [
    504,
    "local:first_byte_timeout",
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("forwardBound() waits for a whole pull as long as the backend lives, and no longer", async () => {
  const { scene, die } = boundScene(() => undefined);
  const { clock } = scene.broker;
  let status: number | undefined;
  const response = scene.ask("/api/pull", { json: { ...json, stream: false } });
  response.then((one) => status = one.status);
  await settle();
  await clock.advance(3_600_000);
  assertEquals(status, undefined);
  die();
  await clock.advance(15_000);
  assertEquals([(await response).status, (await response).headers.get("x-broker-attempts")], [
    504,
    "local:unresponsive",
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("forwardBound() lets progress pause as long as the backend lives, and tells when it died", async () => {
  const ndjson = { headers: { "content-type": "application/x-ndjson" } };
  const line = new TextEncoder().encode('{"status":"verifying sha256 digest"}\n');
  const { scene, local, die } = boundScene(({ signal }) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(line);
        signal.addEventListener("abort", () => controller.error(signal.reason));
      },
    });
    return new Response(body, ndjson);
  });
  const { clock } = scene.broker;
  const reader = (await scene.ask("/api/pull", { json })).body!.pipeThrough(new TextDecoderStream()).getReader();
  assertStringIncludes((await reader.read()).value!, "verifying");
  const last = reader.read();
  await settle();
  await clock.advance(29_999);
  assertEquals(local.pings.length, 0);
  await clock.advance(600_000);
  assert(local.pings.length > 1);
  die();
  await clock.advance(15_000);
  assertEquals((await last).value, '{"error":"local broke off: local gives no sign of life"}\n');
  assertEquals([(await reader.read()).done, clock.pending], [true, 0]);
});

Deno.test("forwardBound() ends progress with an error line when the daemon stops", async () => {
  const { scene } = boundScene(({ signal }) => {
    const body = new ReadableStream({
      start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason)),
    });
    return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
  });
  const text = (await scene.ask("/api/pull", { json })).text();
  await settle();
  scene.stopped.abort(new Error("The broker is shutting down"));
  assertEquals(await text, '{"error":"local broke off: The broker is shutting down"}\n');
  assertEquals(scene.broker.clock.pending, 0);
});
