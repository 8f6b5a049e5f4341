import { assert, assertEquals } from "@std/assert";
import { allControlRoutes } from "../../src/http/control_api.ts";
import { ApiDocument } from "../support/api_document.ts";
import { BrokerFixture } from "../support/broker_fixture.ts";
import { HttpScene } from "../support/http_scene.ts";
import { ModelServer, refusedPort } from "../support/model_server.ts";

const document = await ApiDocument.load();

Deno.test("the OpenAPI document describes every request of the control API, and no other", () => {
  const routes = allControlRoutes(new HttpScene().context).flatMap(({ path, methods }) =>
    Object.keys(methods).map((method) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`)
  );
  assertEquals(document.operations, routes.toSorted());
});

Deno.test("the OpenAPI document is one by its own rules", () => {
  const ids = document.operations.map((name) => document.operation(name).operationId);
  assertEquals(new Set(ids).size, ids.length);
  const tags = (document.json.tags as { name: string }[]).map(({ name }) => name);
  for (const name of document.operations) {
    const { tags: [tag], security, responses } = document.operation(name);
    assert(tags.includes(tag), name);
    assertEquals(security.some((one) => "csrfToken" in one), !name.startsWith("GET"), name);
    assert("200" in responses && "401" in responses && "403" in responses, name);
  }
  const text = JSON.stringify(document.json);
  for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer.split("/").reduce<unknown>(
      (value, key) => (value as Record<string, unknown>)?.[key],
      document.json,
    );
    assert(found, pointer);
  }
});

/** A daemon with a server that answers, one that does not, a failover and a pause in its report. */
async function scene() {
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(await ModelServer.start({ name: "local", dialect: "ollama" }));
  const dead = { id: "dead", kind: "ollama", url: `http://127.0.0.1:${refusedPort()}`, location: "local" } as const;
  const fixture = cleanup.use(
    await BrokerFixture.start({
      backends: [{ id: "local", kind: "ollama", url: server.url, location: "local" }, dead],
    }),
  );
  await fixture.waitUntilChecked();
  const resources = cleanup.move();
  return { fixture, server, dead, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

interface Asked {
  name: string;
  path?: string;
  body?: unknown;
  status?: number;
  headers?: Record<string, string>;
}

Deno.test("what a running daemon answers is what the OpenAPI document says", async () => {
  await using it = await scene();
  const { fixture, dead } = it;
  const { version } = await (await fixture.control("/config")).json();
  const events = { accept: "text/event-stream" };
  const asked: Asked[] = [
    { name: "GET /control/v1/status" },
    { name: "GET /control/v1/backends" },
    { name: "GET /control/v1/models" },
    { name: "GET /control/v1/mode" },
    { name: "PUT /control/v1/mode", body: { mode: "cloud-first" } },
    { name: "PUT /control/v1/mode", body: { mode: "slowest" }, status: 400 },
    { name: "PUT /control/v1/pause", body: { forMs: 60_000 } },
    { name: "GET /control/v1/pause" },
    { name: "GET /control/v1/status" },
    { name: "PUT /control/v1/pause", body: {} },
    { name: "PUT /control/v1/pause", body: { forMs: 1 }, status: 400 },
    { name: "DELETE /control/v1/pause" },
    { name: "POST /control/v1/backends/{id}/test", path: "/backends/local/test" },
    { name: "POST /control/v1/backends/{id}/test", path: "/backends/dead/test", headers: events },
    { name: "POST /control/v1/backends/{id}/test", path: "/backends/nobody/test", status: 404 },
    { name: "POST /control/v1/backends/test", body: { backend: dead } },
    { name: "POST /control/v1/backends/test", body: { backend: dead, secret: "token" }, headers: events },
    { name: "POST /control/v1/backends/test", body: { backend: {} }, status: 422 },
    { name: "POST /control/v1/backends/test", body: {}, status: 400 },
    { name: "GET /control/v1/config" },
    { name: "PATCH /control/v1/config", body: { version, changes: {} }, status: 409 },
    { name: "PATCH /control/v1/config", body: { version: "", changes: 1 }, status: 400 },
    { name: "GET /control/v1/logs" },
    { name: "POST /control/v1/login-link" },
    { name: "GET /control/v1/openapi.json" },
    { name: "GET /control/v1/status", headers: { authorization: "Bearer wrong" }, status: 401 },
    { name: "GET /control/v1/status", headers: { origin: "https://evil.example" }, status: 403 },
    { name: "PUT /control/v1/mode", body: { mode: " ".repeat(5_000) }, status: 413 },
  ];
  for (const one of asked) await assertAsDescribed(fixture, one);
  const now = (await (await fixture.control("/config")).json()).version;
  const change = (changes: unknown) => ({ name: "PATCH /control/v1/config", body: { version: now, changes } });
  await assertAsDescribed(fixture, { ...change({ route: { rounds: 0 } }), status: 422 });
  await assertAsDescribed(fixture, change({ route: { rounds: 1 }, log: { level: "debug" } }));
});

async function assertAsDescribed(fixture: BrokerFixture, { name, path, body, status = 200, headers }: Asked) {
  const [method, described] = name.split(" ");
  const answer = await fixture.control(path ?? described.slice("/control/v1".length), {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  assertEquals(answer.status, status, name);
  assertEquals(await document.problemsOf(name, answer), [], name);
  if (status === 200 && body !== undefined) assertEquals(document.requestProblems(name, body), [], name);
  if (status === 400) assert(document.requestProblems(name, body).length > 0, name);
}

Deno.test("the events of a running daemon are what the OpenAPI document says", async () => {
  await using it = await scene();
  const follow = async (path: string) => {
    const response = await it.fixture.control(path);
    return { name: `GET /control/v1${path.split("?")[0]}`, response };
  };
  const streams = [await follow("/events"), await follow("/logs?follow=1")];
  await (await it.fixture.control("/pause", { method: "PUT", body: "{}" })).body?.cancel();
  const told = Promise.all(streams.map(({ name, response }) => document.problemsOf(name, response)));
  await it.fixture.daemon.close();
  assertEquals(await told, [[], []]);
});

Deno.test("a change that the OpenAPI document does not know is found", async () => {
  const report = new HttpScene().context.status();
  const answer = (body: object) => Response.json(body, { headers: { "content-type": "application/json" } });
  assertEquals(await document.problemsOf("GET /control/v1/status", answer(report)), []);
  const { pid: _, ...less } = report;
  for (const changed of [less, { ...report, more: 1 }, { ...report, mode: "slowest" }]) {
    assertEquals((await document.problemsOf("GET /control/v1/status", answer(changed))).length > 0, true);
  }
});
