import { assertEquals, assertRejects } from "@std/assert";
import { settle } from "../../../tests/support/fake_clock.ts";
import type { Service } from "../../core/supervise.ts";
import { Role, whilePrimary } from "./role.ts";

/** A service that counts its runs and ends as it is told. */
class Counted implements Service {
  readonly name = "counted";
  running = 0;
  runs = 0;
  outcome = Promise.withResolvers<void>();

  async run(signal: AbortSignal): Promise<void> {
    this.runs++;
    this.running++;
    const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    try {
      await Promise.race([aborted, this.outcome.promise]);
    } finally {
      this.running--;
    }
  }
}

function scene() {
  const role = new Role();
  const service = new Counted();
  const stop = new AbortController();
  const ended = whilePrimary(role, service).run(stop.signal);
  return { role, service, stop, ended };
}

Deno.test("Role is primary once that is decided, and tells each change once", () => {
  const role = new Role();
  const told: boolean[] = [];
  const unsubscribe = role.subscribe((isPrimary) => told.push(isPrimary));
  assertEquals([role.isPrimary, role.isDecided], [false, false]);
  for (const isPrimary of [true, true, false]) role.decide(isPrimary);
  unsubscribe();
  role.decide(true);
  assertEquals([told, role.isPrimary, role.isDecided], [[true, false], true, true]);
});

Deno.test("whilePrimary() runs the service while the daemon is the primary one, and again when it is again", async () => {
  const { role, service, stop, ended } = scene();
  await settle();
  assertEquals(service.runs, 0);
  role.decide(true);
  await settle();
  assertEquals([service.runs, service.running], [1, 1]);
  role.decide(false);
  await settle();
  assertEquals([service.runs, service.running], [1, 0]);
  role.decide(true);
  await settle();
  assertEquals([service.runs, service.running], [2, 1]);
  stop.abort();
  await ended;
  assertEquals(service.running, 0);
});

Deno.test("whilePrimary() ends while it waits, and runs nothing", async () => {
  const { service, stop, ended } = scene();
  stop.abort();
  await ended;
  assertEquals(service.runs, 0);
});

Deno.test("whilePrimary() fails as the service does, and is done when it is", async () => {
  const failing = scene();
  failing.role.decide(true);
  failing.service.outcome.reject(new Error("no icon"));
  await assertRejects(() => failing.ended, Error, "no icon");
  const done = scene();
  done.role.decide(true);
  done.service.outcome.resolve();
  await done.ended;
  assertEquals(done.service.runs, 1);
});
