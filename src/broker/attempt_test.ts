import { assert, assertEquals, assertIsError, assertRejects } from "@std/assert";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { backendConfig, cloudInput } from "../../tests/support/states.ts";
import {
  chatRequest,
  StubBackend,
  stubFailure,
  type StubScript,
  wholeAnswer,
} from "../../tests/support/stub_backend.ts";
import { LinkedAbort } from "../core/abort.ts";
import { BackendFailure } from "../core/errors.ts";
import { attempt, firstByteMs } from "./attempt.ts";

function scene(script: StubScript = {}, patience = { suspectAfterMs: 2_000, firstByteMs: 300_000 }) {
  const clock = new FakeClock();
  const backend = new StubBackend(backendConfig({ timeouts: { probeMs: 3_000 } }), script);
  const client = new AbortController();
  const abort = new LinkedAbort(client.signal);
  const result = attempt(backend, chatRequest(), { model: "there", abort, patience, clock });
  result.catch(() => {});
  return { clock, backend, client, result };
}

const answer = wholeAnswer();
const alive: StubScript = { ping: (asked) => asked.resolve() };

Deno.test("attempt() asks for the model by its name there and leaves no timer", async () => {
  const { clock, backend, result } = scene({ send: (asked) => asked.resolve(answer) });
  assertEquals(await result, answer);
  assertEquals([backend.sends[0].model, backend.pings.length, clock.pending], ["there", 0, 0]);
  assert(!backend.sends[0].signal.aborted, "the answer's stream goes on");
});

Deno.test("attempt() throws the backend's own failure", async () => {
  const failure = stubFailure("local", "http_500");
  const { clock, result } = scene({ send: (asked) => asked.reject(failure) });
  assertEquals(await result.catch((error) => error), failure);
  assertEquals(clock.pending, 0);
});

Deno.test("attempt() asks a late backend's health, and waits on while it is alive, asking ever more rarely", async () => {
  const { clock, backend, result } = scene(alive);
  const asked: number[] = [];
  for (let second = 0; second < 60; second++) {
    await clock.advance(1_000);
    if (backend.pings.length > asked.length) asked.push(clock.monotonic() / 1_000);
  }
  assertEquals(asked, [2, 6, 14, 29, 44, 59]);
  backend.sends[0].resolve(answer);
  assertEquals([await result, clock.pending], [answer, 0]);
});

Deno.test("attempt() gives up at once on a late backend that is dead", async () => {
  const { clock, backend, result } = scene({ ping: (asked) => asked.reject(stubFailure("local", "connect_refused")) });
  await clock.advance(2_000);
  const error = await assertRejects(() => result, BackendFailure);
  assertEquals([error.reason, error.phase, clock.pending], ["unresponsive", "first_byte", 0]);
  assertIsError(error.cause, BackendFailure, "connect_refused");
  assert(backend.sends[0].signal.aborted, "the upstream request is over");
});

Deno.test("attempt() gives a health check no longer than probeMs", async () => {
  const { clock, backend, result } = scene();
  await clock.advance(4_999);
  assertEquals(backend.pings.length, 1);
  await clock.advance(1);
  const error = await assertRejects(() => result, BackendFailure);
  assertEquals([error.reason, clock.pending], ["unresponsive", 0]);
  assert(backend.pings[0].signal.aborted);
});

Deno.test("attempt() takes an error answer to the health check for a sign of life", async () => {
  const { clock, backend, result } = scene({ ping: (asked) => asked.reject(stubFailure("local", "http_503")) });
  await clock.advance(10_000);
  backend.sends[0].resolve(answer);
  assertEquals([await result, backend.pings.length], [answer, 2]);
});

Deno.test("attempt() gives up after firstByteMs however healthy the backend is", async () => {
  const { clock, backend, result } = scene(alive, { suspectAfterMs: 2_000, firstByteMs: 60_000 });
  await clock.advance(59_999);
  assert(!backend.sends[0].signal.aborted);
  await clock.advance(1);
  const error = await assertRejects(() => result, BackendFailure, "No first byte from local within 60000 ms");
  assertEquals([error.reason, clock.pending], ["first_byte_timeout", 0]);
});

Deno.test("attempt() ends at once when the client leaves, also in the middle of a health check", async () => {
  for (const waitedMs of [0, 1_000, 3_000]) {
    const { clock, backend, client, result } = scene();
    await clock.advance(waitedMs);
    client.abort(new Error("client gone"));
    await assertRejects(() => result, Error, "client gone");
    await settle();
    assertEquals([clock.pending, backend.pings.every(({ signal }) => signal.aborted)], [0, true], `${waitedMs} ms`);
  }
});

Deno.test("attempt() lets a health check's outcome that comes too late change nothing", async () => {
  const { clock, backend, result } = scene();
  await clock.advance(2_000);
  backend.sends[0].resolve(answer);
  await result;
  backend.pings[0].reject(stubFailure("local", "connect_refused"));
  await settle();
  assertEquals([backend.sends[0].signal.aborted, clock.pending], [false, 0]);
});

Deno.test("firstByteMs() is the user's patience, or the default of the place, within the budget", () => {
  const stub = (input: Parameters<typeof backendConfig>[0]) => new StubBackend(backendConfig(input));
  const whole = chatRequest({ stream: false });
  const table: [StubBackend, ReturnType<typeof chatRequest>, budget: number, expected: number][] = [
    [stub({}), chatRequest(), 600_000, 300_000],
    [stub(cloudInput), chatRequest(), 600_000, 60_000],
    [stub({ timeouts: { firstByteMs: 5_000 } }), chatRequest(), 600_000, 5_000],
    [stub(cloudInput), whole, 700_000, 600_000],
    [stub({ timeouts: { answerMs: 9_000 } }), whole, 600_000, 9_000],
    [stub({}), chatRequest(), 1_234, 1_234],
  ];
  for (const [backend, request, budget, expected] of table) {
    assertEquals(firstByteMs(backend, request, budget), expected);
  }
});
