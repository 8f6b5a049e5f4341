import { assertEquals } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import type { Check, DoctorContext } from "./check.ts";
import { catalogue } from "./catalogue.ts";
import { checks } from "./checks.ts";
import { found, well } from "./finding.ts";
import { runChecks } from "./run_checks.ts";

const check = (name: string, run: Check["run"]): Check => ({ name, run });

function context(clock = new FakeClock()): DoctorContext {
  return { clock, version: "1.2.3" } as Partial<DoctorContext> as DoctorContext;
}

Deno.test("runChecks() tells the worst first, and otherwise in the order of the checks", async () => {
  const { version, findings } = await runChecks([
    check("a", () => Promise.resolve([well("a", "Fine"), found("bus-none", "No bus")])),
    check("b", () => Promise.resolve([found("daemon-off", "Off")])),
    check("c", () => Promise.resolve([found("port-held", "Held"), found("disk-full", "Full")])),
    check("d", () => Promise.resolve([well("d", "Fine")])),
  ], context());
  assertEquals(version, "1.2.3");
  assertEquals(findings.map(({ id }) => id), ["port-held", "disk-full", "daemon-off", "bus-none", "a", "d"]);
});

Deno.test("runChecks() makes a finding of a check that throws, at once or later, and goes on", async () => {
  const { findings } = await runChecks([
    check("a", () => {
      throw new Error("no such thing");
    }),
    check("b", () => Promise.reject(new Error("no such file"))),
    check("c", () => Promise.resolve([well("c", "Fine")])),
  ], context());
  assertEquals(findings.map(({ id, what }) => [id, what]), [
    ["check-failed", 'The check "a" could not be made: no such thing'],
    ["check-failed", 'The check "b" could not be made: no such file'],
    ["c", "Fine"],
  ]);
});

Deno.test("runChecks() waits for no check for ever", async () => {
  const clock = new FakeClock();
  const running = runChecks([check("stuck", () => new Promise(() => {}))], context(clock));
  clock.advance(25_000);
  const { findings } = await running;
  assertEquals(findings[0].what, 'The check "stuck" could not be made: it took longer than 25 s');
});

Deno.test("every check has a name of its own, which is none of the catalogue's", () => {
  const names = checks.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.filter((name) => name in catalogue), []);
});

Deno.test("found() tells a command from a step, and leaves out details where there are none", () => {
  assertEquals(found("daemon-off", "Off", { run: "start" }), {
    id: "daemon-off",
    severity: "warning",
    what: "Off",
    remedy: "start",
    isCommand: true,
  });
  const { remedy, isCommand, details } = found("config-broken", "Broken", { step: "Correct it" }, ["line 1"]);
  assertEquals([remedy, isCommand, details], ["Correct it", false, ["line 1"]]);
  assertEquals(found("tray-off", "Off").remedy, null);
});
