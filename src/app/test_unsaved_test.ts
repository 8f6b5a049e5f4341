import { assert, assertEquals, assertRejects } from "@std/assert";
import { ModelServer } from "../../tests/support/model_server.ts";
import { backendConfig } from "../../tests/support/states.ts";
import { systemClock } from "../core/clock.ts";
import { RequestError } from "../core/errors.ts";
import { Redaction } from "../core/redaction.ts";
import type { TestStep } from "../state/connection_report.ts";
import { testUnsaved } from "./test_unsaved.ts";

const { signal } = new AbortController();

function groundWith(secrets: Record<string, string>) {
  return { clock: systemClock, redaction: new Redaction(), secrets: { demand: (name: string) => secrets[name] } };
}

Deno.test("testUnsaved() sends the token that is given, for this test only, and shows it nowhere", async () => {
  const token = "tok-only-this-once";
  // A server that tells what it was sent.
  await using server = await ModelServer.start({ name: "new", dialect: "ollama", token, version: `v-${token}` });
  const ground = groundWith({ local: "stored-token" });
  const config = backendConfig({ url: server.url });
  const steps: TestStep[] = [];
  const onStep = (step: TestStep) => {
    assert(!ground.redaction.redact(token).includes(token));
    steps.push(step);
  };
  const result = await testUnsaved(config, { token: ` ${token}\n`, signal, onStep, ground });
  assertEquals([result.backend, result.ok, result.steps], ["local", true, steps]);
  assertEquals(server.requests.every(({ headers }) => headers.get("authorization") === `Bearer ${token}`), true);
  assert(!JSON.stringify(result).includes(token));
  assertEquals(ground.redaction.redact(token), token, "is forgotten");
  assertEquals(config.secret, null);
});

Deno.test("testUnsaved() goes on keeping a token out that is also a stored one", async () => {
  await using server = await ModelServer.start({ name: "new", dialect: "ollama" });
  const ground = groundWith({});
  ground.redaction.add("stored-token");
  await testUnsaved(backendConfig({ url: server.url }), { token: "stored-token", signal, ground });
  assertEquals(ground.redaction.redact("stored-token"), "[redacted]");
});

Deno.test("testUnsaved() without a token takes the one that the settings name", async () => {
  await using server = await ModelServer.start({ name: "new", dialect: "ollama", token: "stored-token" });
  const ground = groundWith({ cloud: "stored-token" });
  for (const [secret, ok] of [["cloud", true], ["nobody", false], [undefined, false]] as const) {
    const config = backendConfig({ url: server.url, secret });
    assertEquals((await testUnsaved(config, { token: " ", signal, ground })).ok, ok, secret);
  }
});

Deno.test("testUnsaved() refuses a token that no header can carry, without repeating it", async () => {
  const ground = groundWith({});
  for (const token of ["hush\r\nhost: x", "hush\u0000", "hush\u00e9", "hush".repeat(20_000)]) {
    const error = await assertRejects(() => testUnsaved(backendConfig(), { token, signal, ground }), RequestError);
    assertEquals([error.status, error.message.includes("hush")], [400, false]);
  }
});
