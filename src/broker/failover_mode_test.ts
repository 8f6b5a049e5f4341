import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FailoverScene } from "../../tests/support/failover_scene.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { cloudInput } from "../../tests/support/states.ts";
import { chatRequest, wholeAnswer } from "../../tests/support/stub_backend.ts";
import type { RouteMode } from "../core/types.ts";

type Options = ConstructorParameters<typeof FailoverScene>[1];

/** A request that waits for the cloud's answer, in a mode that prefers the cloud. */
function asked(answers: ConstructorParameters<typeof FailoverScene>[0], options: Options = {}) {
  const scene = new FailoverScene(answers, {
    route: { mode: "cloud-first", ...options.route },
    inputs: { cloud: cloudInput, ...options.inputs },
    seen: options.seen,
  });
  return {
    scene,
    cloud: scene.stubs.get("cloud")!,
    change(mode: RouteMode) {
      (scene.config.route as { mode: RouteMode }).mode = mode;
      scene.unanswered.enforce();
      scene.slots.wakeAll();
    },
  };
}

Deno.test("answer() ends an attempt that the mode forbids before its first byte, and goes on with who is allowed", async () => {
  const { scene, cloud, change } = asked({ cloud: "wait", local: "ok" });
  const asking = scene.ask();
  assertEquals([scene.sends("cloud"), scene.sends("local")], [1, 0]);
  change("local-only");
  assert(cloud.sends[0].signal.aborted, "at once: whoever set the mode is told next that it holds");
  const committed = await asking.result;
  assertEquals([committed.backend.config.id, asking.header], ["local", "cloud:not_allowed, local:ok"]);
  committed.release();
  assertEquals(scene.observations.map(([id, { kind }]) => `${id} ${kind}`), ["local request_succeeded"]);
  assertEquals(asking.attempts[0].outcome, "cancelled");
  scene.assertAtRest();
});

Deno.test("answer() ends a local attempt when the mode becomes cloud-only", async () => {
  const { scene, change } = asked({ local: "wait", cloud: "ok" }, { route: { mode: "local-first" } });
  const asking = scene.ask();
  change("cloud-only");
  (await asking.result).release();
  assertEquals(asking.header, "local:not_allowed, cloud:ok");
  scene.assertAtRest();
});

Deno.test("answer() says why nobody is asked any more", async () => {
  const { scene, change } = asked({ cloud: "wait" });
  const asking = scene.ask();
  change("local-only");
  const refusal = await asking.refusal();
  assertEquals([refusal.status, refusal.message, asking.header], [
    503,
    "No local backend is set up and the mode is local-only",
    "cloud:not_allowed",
  ]);
  assertEquals(scene.observations, []);
  scene.assertAtRest();
});

Deno.test("answer() ends a local Ollama's attempt at a model of its cloud", async () => {
  for (const [model, has] of [["kimi:cloud", null], ["stub", [{ name: "stub", remoteModel: "kimi" }]]] as const) {
    const { scene, change } = asked({ local: "wait" }, { route: { mode: "local-first" }, seen: { local: { has } } });
    const asking = scene.ask(chatRequest({ model }));
    await settle();
    assertEquals(scene.sends("local"), 1);
    change("local-only");
    assertStringIncludes((await asking.refusal()).message, "runs in the cloud, and the mode is local-only");
    assertEquals(asking.header, "local:not_allowed");
    scene.assertAtRest();
  }
});

Deno.test("answer() asks the same backend again when the mode has changed back already", async () => {
  const { scene, change } = asked({ cloud: ["wait", "ok"], local: "ok" });
  const asking = scene.ask();
  change("local-only");
  change("cloud-first");
  (await asking.result).release();
  assertEquals(asking.header, "cloud:not_allowed, cloud:ok");
  scene.assertAtRest();
});

Deno.test("answer() takes no answer that came at the moment when it was forbidden", async () => {
  const { scene, cloud, change } = asked({ cloud: "wait", local: "ok" });
  const asking = scene.ask();
  cloud.sends[0].resolve(wholeAnswer());
  change("local-only");
  (await asking.result).release();
  assertEquals(asking.header, "cloud:not_allowed, local:ok");
  scene.assertAtRest();
});

Deno.test("answer() leaves an answer that has begun alone", async () => {
  const { scene, cloud, change } = asked({ cloud: "ok", local: "ok" });
  const committed = await scene.ask().result;
  change("local-only");
  assertEquals(cloud.sends[0].signal.aborted, false);
  committed.release();
  scene.assertAtRest();
});

Deno.test("answer() sends what may be sent once nowhere else", async () => {
  for (const request of [chatRequest({ class: "bound" }), chatRequest()]) {
    const { scene, change } = asked({ cloud: "wait", local: "ok" }, { route: { replayBytes: 1 } });
    const asking = scene.ask(request, { pinned: request.class === "bound" ? "cloud" : undefined });
    await settle();
    change("local-only");
    const { status, message } = await asking.refusal();
    assertEquals([status, message.includes('The request to "cloud" was ended, for the mode is local-only')], [
      503,
      true,
    ]);
    assertEquals([asking.header, scene.sends("local")], ["cloud:not_allowed", 0]);
    scene.assertAtRest();
  }
});

Deno.test("answer() waits no longer in the queue of a backend that the mode forbids", async () => {
  const { scene, change } = asked({ cloud: "wait", local: "ok" }, {
    route: { mode: "cloud-only" },
    inputs: { cloud: { ...cloudInput, maxConcurrent: 1 } },
  });
  const [first, second] = [scene.ask(), scene.ask()];
  await settle();
  assertEquals(scene.slots.waiting, 1);
  change("local-only");
  for (const asking of [first, second]) (await asking.result).release();
  assertEquals([first.header, second.header], ["cloud:not_allowed, local:ok", "local:ok"]);
  scene.assertAtRest();
});
