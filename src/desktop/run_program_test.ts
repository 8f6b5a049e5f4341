import { assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { FakePrograms } from "../../tests/support/fake_programs.ts";
import { runProgram } from "./run_program.ts";

Deno.test("runProgram() gives arguments and input to a program, and its exit code back", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("tool", { exit: 3, reads: true });
  const clock = new FakeClock();
  const args = ["a b", "$HOME", "--x"];
  const result = await runProgram(["tool", ...args], { clock, withinMs: 1_000, input: "text", env: programs.env });
  assertEquals(result, { kind: "ended", code: 3 });
  const [call] = await programs.calls("tool");
  assertEquals([call.args, call.input, clock.pending], [args, "text", 0]);
});

Deno.test("runProgram() says that a program is missing", async () => {
  await using programs = await FakePrograms.make();
  const result = await runProgram(["nothing"], { clock: new FakeClock(), withinMs: 1_000, env: programs.env });
  assertEquals(result.kind, "missing");
  assertMatch(result.kind === "missing" ? result.reason : "", /nothing/);
});

Deno.test("runProgram() lets a program that stays go on, in a session of its own", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("tool", { stays: true });
  const clock = new FakeClock();
  const running = runProgram(["tool"], { clock, withinMs: 1_000, env: programs.env });
  const { pid } = await programs.started("tool");
  await clock.advance(1_000);
  assertEquals((await running).kind, "running");
  const session = (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ")[1].split(" ")[3];
  assertEquals(Number(session), pid);
});

Deno.test("runProgram() kills a program that stays when told to", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("tool", { stays: true });
  const clock = new FakeClock();
  const running = runProgram(["tool"], { clock, withinMs: 1_000, env: programs.env });
  await programs.started("tool");
  await clock.advance(1_000);
  const result = await running;
  if (result.kind !== "running") throw new Error(`It ended: ${JSON.stringify(result)}`);
  result.kill();
  await Deno.remove(`${programs.folder}/tool.gate`);
});

Deno.test("runProgram() bears a program that does not read its input", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("tool", { exit: 1 });
  const input = "x".repeat(1_000_000);
  const result = await runProgram(["tool"], { clock: new FakeClock(), withinMs: 1_000, input, env: programs.env });
  assertEquals(result, { kind: "ended", code: 1 });
});
