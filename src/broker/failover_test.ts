import { assert, assertEquals, assertRejects } from "@std/assert";
import { FailoverScene } from "../../tests/support/failover_scene.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { cloudInput } from "../../tests/support/states.ts";
import { chatRequest, stubFailure } from "../../tests/support/stub_backend.ts";

const down = { health: { reach: { kind: "down", reason: "dns", passes: 0, checks: 1 } } } as const;

Deno.test("answer() gives the first backend's answer, and holds its slot until it is released", async () => {
  const scene = new FailoverScene({ a: "ok", b: "ok" });
  const asking = scene.ask();
  const committed = await asking.result;
  assertEquals([committed.backend.config.id, asking.header, scene.slots.inFlight("a")], ["a", "a:ok", 1]);
  committed.release();
  committed.release();
  assertEquals(scene.sends("b"), 0);
  scene.assertAtRest();
});

Deno.test("answer() goes on to the next backend, in order, in one request", async () => {
  const scene = new FailoverScene({ a: "connect_refused", b: "http_503", c: "ok", d: "ok" });
  const asking = scene.ask();
  (await asking.result).release();
  assertEquals([asking.header, scene.sends("d")], ["a:connect_refused, b:http_503, c:ok", 0]);
  assertEquals(scene.observations.map(([id, { kind }]) => `${id} ${kind}`), [
    "a request_failed",
    "b request_failed",
    "c request_succeeded",
  ]);
  assert(scene.stubs.get("a")!.sends[0].signal.aborted);
  scene.assertAtRest();
});

Deno.test("answer() asks each by the model's name there", async () => {
  const models = { "llama3.2": "meta-llama/llama-3.2" };
  const scene = new FailoverScene({ a: "reset", cloud: "ok" }, { inputs: { cloud: { ...cloudInput, models } } });
  (await scene.ask().result).release();
  assertEquals(["a", "cloud"].map((id) => scene.stubs.get(id)!.sends[0].model), ["llama3.2", "meta-llama/llama-3.2"]);
});

Deno.test("answer() goes through the list once more after a pause", async () => {
  const scene = new FailoverScene({ a: ["reset", "ok"], b: "connect_refused" }, { route: { backoffMs: 400 } });
  const asking = scene.ask();
  await settle();
  assertEquals([asking.header, scene.clock.nextDueMs], ["a:reset, b:connect_refused", 400]);
  await scene.clock.advance(399);
  assertEquals(scene.sends("a"), 1);
  await scene.clock.advance(1);
  (await asking.result).release();
  assertEquals(asking.header, "a:reset, b:connect_refused, a:ok");
  scene.assertAtRest();
});

Deno.test("answer() doubles the pause with each round and stops after the last", async () => {
  const scene = new FailoverScene({ a: "reset" }, { route: { rounds: 4, backoffMs: 100 } });
  const asking = scene.ask();
  const pauses: (number | undefined)[] = [];
  for (let round = 1; round <= 3; round++) {
    await settle();
    pauses.push(scene.clock.nextDueMs);
    await scene.clock.advance(scene.clock.nextDueMs!);
  }
  const refusal = await asking.refusal();
  assertEquals([pauses, refusal.status, asking.attempts.length], [[100, 200, 400], 502, 4]);
  scene.assertAtRest();
});

Deno.test("answer() makes no second round where that cannot help", async () => {
  for (const reason of ["http_429", "http_401", "no_credential"] as const) {
    const scene = new FailoverScene({ a: reason, b: reason });
    const asking = scene.ask();
    await asking.refusal();
    assertEquals(asking.attempts.length, 2, reason);
    scene.assertAtRest();
  }
});

Deno.test("answer() stops where another backend would say the same", async () => {
  for (const reason of ["http_405", "http_422"] as const) {
    const scene = new FailoverScene({ a: reason, b: "ok" });
    const asking = scene.ask();
    const refusal = await asking.refusal();
    assertEquals([refusal.status, scene.sends("b")], [Number(reason.slice(5)), 0]);
    scene.assertAtRest();
  }
});

Deno.test("answer() follows a 404 only where another backend is known to have the model", async () => {
  const known = new FailoverScene({ a: "http_404", b: "ok" });
  (await known.ask().result).release();
  const unknown = new FailoverScene({ a: "http_404", b: "ok" }, { seen: { b: { has: null } } });
  assertEquals([(await unknown.ask().refusal()).status, unknown.sends("b")], [404, 0]);
});

Deno.test("answer() counts a backend that is at its limit among those that have the model", async () => {
  const scene = new FailoverScene({ a: "ok", b: "http_404" }, { inputs: { a: { maxConcurrent: 1 } } });
  const first = await scene.ask().result;
  const asking = scene.ask();
  await settle();
  assertEquals(asking.header, "b:http_404");
  first.release();
  (await asking.result).release();
  assertEquals(asking.header, "b:http_404, a:ok");
  scene.assertAtRest();
});

Deno.test("answer() spends no more than the budget", async () => {
  const scene = new FailoverScene({ a: "wait", b: "wait", c: "ok" }, {
    route: { budgetMs: 1_000, suspectAfterMs: 5_000 },
  });
  const asking = scene.ask();
  await scene.clock.advance(1_000);
  const refusal = await asking.refusal();
  assertEquals([refusal.status, asking.header], [504, "a:first_byte_timeout"]);
  scene.assertAtRest();
});

Deno.test("answer() does not begin a pause that the budget cannot pay", async () => {
  const scene = new FailoverScene({ a: "reset" }, { route: { budgetMs: 200, backoffMs: 300 } });
  assertEquals((await scene.ask().refusal()).status, 502);
  scene.assertAtRest();
});

Deno.test("answer() goes on at once when a late backend turns out dead, and waits while it is alive", async () => {
  const scene = new FailoverScene({ a: "wait", b: "ok" });
  const asking = scene.ask();
  await scene.clock.advance(20_000);
  assertEquals([asking.header, scene.sends("b")], ["", 0]);
  scene.stubs.get("a")!.script.ping = (asked) => asked.reject(stubFailure("a", "connect_refused"));
  await scene.clock.advance(15_000);
  (await asking.result).release();
  assertEquals(asking.header, "a:unresponsive, b:ok");
  scene.assertAtRest();
});

Deno.test("answer() ends at once when the client leaves, at every stage, and holds it against nobody", async () => {
  const stages: [string, FailoverScene, waitMs: number][] = [
    ["while sending", new FailoverScene({ a: "wait" }), 0],
    ["while the backend is suspected", new FailoverScene({ a: "wait" }), 2_500],
    ["at the second backend", new FailoverScene({ a: "reset", b: "wait" }), 0],
    ["during the pause", new FailoverScene({ a: "reset" }), 10],
  ];
  for (const [name, scene, waitMs] of stages) {
    scene.stubs.get("a")!.script.ping = () => {};
    const asking = scene.ask();
    await scene.clock.advance(waitMs);
    const failedBefore = scene.observations.length;
    asking.client.abort(new Error("client gone"));
    await assertRejects(() => asking.result, Error, "client gone");
    await settle();
    assertEquals(scene.observations.length, failedBefore, name);
    assert([...scene.stubs.values()].every(({ sends }) => sends.every(({ signal }) => signal.aborted)), name);
    scene.assertAtRest();
  }
});

Deno.test("answer() lets the client's leaving end the started answer", async () => {
  const scene = new FailoverScene({ a: "ok" });
  const asking = scene.ask();
  const committed = await asking.result;
  asking.client.abort(new Error("client gone"));
  assert(scene.stubs.get("a")!.sends[0].signal.aborted);
  committed.release();
  scene.assertAtRest();
});

Deno.test("answer() sends once what is too large to be kept", async () => {
  const large = chatRequest({}, 2_000);
  const scene = new FailoverScene({ a: "reset", b: "ok" }, { route: { replayBytes: 1_000 } });
  const asking = scene.ask(large);
  assertEquals([(await asking.refusal()).status, asking.header], [502, "a:reset"]);
  const small = scene.ask();
  (await small.result).release();
  assertEquals(small.header, "a:reset, b:ok");
  scene.assertAtRest();
});

Deno.test("answer() sends a bound request once, to the first local Ollama", async () => {
  const scene = new FailoverScene({ a: "http_500", b: "ok" });
  const asking = scene.ask(chatRequest({ class: "bound" }));
  assertEquals([(await asking.refusal()).status, asking.header], [500, "a:http_500"]);
  scene.assertAtRest();
});

Deno.test("answer() asks a pinned backend only", async () => {
  const scene = new FailoverScene({ a: "ok", b: "connect_refused" }, { route: { rounds: 1 } });
  const asking = scene.ask(chatRequest(), { pinned: "b" });
  assertEquals([(await asking.refusal()).status, asking.header], [502, "b:connect_refused"]);
  assertEquals((await scene.ask(chatRequest(), { pinned: "nobody" }).refusal()).status, 404);
});

Deno.test("answer() passes over an open breaker, and tells of one whose probe is out", async () => {
  const scene = new FailoverScene({ a: "ok", b: "ok" });
  scene.denied.add("a");
  const asking = scene.ask();
  (await asking.result).release();
  assertEquals(asking.header, "b:ok");
  scene.denied.add("b");
  const refusal = await scene.ask().refusal();
  assertEquals([refusal.status, scene.sends("a")], [503, 0]);
  scene.assertAtRest();
});

Deno.test("answer() tries in the last resort what the breakers forbid, and wants it checked", async () => {
  const scene = new FailoverScene({ a: "connect_refused", b: "ok" }, { seen: { a: down, b: down } });
  scene.denied.add("a").add("b");
  const asking = scene.ask();
  (await asking.result).release();
  assertEquals([asking.header, scene.wanted], ["a:connect_refused, b:ok", ["a", "b"]]);
});

Deno.test("answer() wants a backend checked that would come first", async () => {
  const scene = new FailoverScene({ a: "ok", b: "ok" }, { seen: { a: down } });
  (await scene.ask().result).release();
  assertEquals([scene.wanted, scene.sends("a")], [["a"], 0]);
});

Deno.test("broke() reports the break of a started answer", async () => {
  const scene = new FailoverScene({ a: "ok" });
  const committed = await scene.ask().result;
  committed.broke(stubFailure("a", "incomplete", { phase: "streaming" }));
  committed.release();
  const [, observation] = scene.observations.at(-1)!;
  assertEquals([observation.kind, observation.kind === "request_failed" && observation.phase], [
    "request_failed",
    "streaming",
  ]);
});

Deno.test("answer() throws what is no failure of a backend, and gives its slot back", async () => {
  const scene = new FailoverScene({ a: "wait", b: "ok" });
  const asking = scene.ask();
  await settle();
  scene.stubs.get("a")!.sends[0].reject(new TypeError("a mistake of ours"));
  await assertRejects(() => asking.result, TypeError, "a mistake of ours");
  scene.assertAtRest();
});

Deno.test("answer() asks nobody whom a mode set meanwhile forbids", async () => {
  const options = { inputs: { cloud: cloudInput }, route: { rounds: 1 } };
  const scene = new FailoverScene({ local: "wait", cloud: "ok" }, options);
  const asking = scene.ask();
  const asked = await scene.stubs.get("local")!.firstSend;
  scene.config.route.mode = "local-only";
  asked.reject(stubFailure("local", "reset"));
  const { message } = await asking.refusal();
  assertEquals([asking.header, scene.sends("cloud")], ["local:reset", 0]);
  assertEquals(message, 'No backend could answer for model "llama3.2": local: local failed: reset');
  scene.assertAtRest();
});
