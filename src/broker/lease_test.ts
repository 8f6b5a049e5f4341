import { assert, assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { stubFailure } from "../../tests/support/stub_backend.ts";
import type { Attempt } from "../core/types.ts";
import { Lease } from "./lease.ts";
import type { Observation } from "./observation.ts";
import { Slots } from "./slots.ts";

function scene({ permit, isReplaced = false }: { permit?: number; isReplaced?: boolean } = {}) {
  const clock = new FakeClock();
  const slots = new Slots({ clock, limit: () => 1, onChange() {} });
  const observations: Observation[] = [];
  const attempts: Attempt[] = [];
  const client = new AbortController();
  const observer = {
    observe: (_id: string, observation: Observation) => observations.push(observation),
    wanted() {},
    acquire: () => ({}),
  };
  const candidate = { id: "local", model: "there", has: "listed" } as const;
  const options = { clock, slots, observer, attempts, permit, signal: client.signal, isReplaced: () => isReplaced };
  return { clock, slots, observations, attempts, client, lease: new Lease(candidate, options) };
}

Deno.test("Lease holds a slot until it is released, once", () => {
  const { lease, slots } = scene();
  assertEquals(slots.inFlight("local"), 1);
  lease.release();
  lease.release();
  assertEquals(slots.inFlight("local"), 0);
  assert(lease.abort.signal.aborted);
});

Deno.test("committed() reports a success and keeps the lease", async () => {
  const { lease, clock, slots, observations, attempts } = scene({ permit: 7 });
  await clock.advance(40);
  lease.committed();
  assertEquals(observations, [{ kind: "request_succeeded", at: 40, model: "there", permit: 7 }]);
  const startedAt = clock.now() - 40;
  assertEquals(attempts, [{ backend: "local", startedAt, durationMs: 40, outcome: "committed", reason: undefined }]);
  assertEquals([slots.inFlight("local"), lease.abort.signal.aborted], [1, false]);
});

Deno.test("began() and completed() report a stream's first byte and its end", async () => {
  const { lease, clock, observations, attempts } = scene({ permit: 7 });
  await clock.advance(40);
  lease.began();
  await clock.advance(60);
  lease.completed();
  assertEquals(observations, [
    { kind: "request_began", at: 40, model: "there", firstByteMs: 40, permit: 7 },
    { kind: "request_succeeded", at: 100, model: "there", permit: 7 },
  ]);
  assertEquals([attempts.length, attempts[0].outcome], [1, "committed"]);
});

Deno.test("failed() reports the failure and gives everything back", () => {
  const { lease, slots, observations, attempts } = scene({ permit: 7 });
  lease.failed(stubFailure("local", "http_429", { retryAfterMs: 500 }));
  assertEquals(observations, [{
    kind: "request_failed",
    at: 0,
    model: "there",
    phase: "headers",
    reason: "http_429",
    status: 429,
    retryAfterMs: 500,
    permit: 7,
  }]);
  assertEquals([attempts[0].outcome, attempts[0].reason, slots.inFlight("local")], ["failed", "http_429", 0]);
});

Deno.test("cancelled() holds nothing against the backend and frees a probe's place", () => {
  const probe = scene({ permit: 7 });
  probe.lease.cancelled();
  assertEquals(probe.observations, [{ kind: "permit_released", at: 0, model: "there", permit: 7 }]);
  const ordinary = scene();
  ordinary.lease.cancelled();
  assertEquals([ordinary.observations, ordinary.attempts[0].outcome, ordinary.slots.inFlight("local")], [
    [],
    "cancelled",
    0,
  ]);
});

Deno.test("Lease says nothing about a backend that has taken its place", () => {
  const { lease, slots, observations, attempts } = scene({ permit: 7, isReplaced: true });
  lease.committed();
  lease.failed(stubFailure("local", "connect_refused"));
  assertEquals([observations, attempts.length, slots.inFlight("local")], [[], 2, 0]);
});

Deno.test("Lease ends with its client", () => {
  const { lease, client } = scene();
  client.abort("gone");
  assertEquals(lease.abort.signal.reason, "gone");
});
