import { assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { FakePrograms } from "../../../tests/support/fake_programs.ts";
import { Places } from "./places.ts";
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

Deno.test("runProgram() says truthfully why an installed program did not start", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("tool");
  for (
    const [variable, words] of [["A".repeat(200_000), /Argument list too long/], ["a\0b", /nul byte/]] as const
  ) {
    const env = { ...programs.env, VARIABLE: variable };
    const result = await runProgram(["tool"], { clock: new FakeClock(), withinMs: 1_000, env });
    assertEquals(result.kind, "failed");
    assertMatch(result.kind === "failed" ? result.reason : "", words);
  }
  await Deno.chmod(`${programs.folder}/tool`, 0o644);
});

Deno.test("runProgram() starts no more than there are places, and a place is free when its program has ended", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("tool", { stays: true });
  await programs.add("other");
  const [clock, places] = [new FakeClock(), new Places(1)];
  const options = { clock, withinMs: 1_000, env: programs.env, places };
  const first = runProgram(["tool"], options);
  const refused = await runProgram(["other"], options);
  assertEquals(refused, { kind: "failed", reason: "1 programs that were opened before still run; close one" });
  await programs.started("tool");
  await programs.end("tool");
  assertEquals([await first, places.taken], [{ kind: "ended", code: 0 }, 0]);
  assertEquals(await runProgram(["other"], options), { kind: "ended", code: 0 });
  assertEquals((await runProgram(["missing"], options)).kind, "missing");
  assertEquals(places.taken, 0);
});

Deno.test("runProgram() leaves a program none of our descriptors", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("tool", { stays: true });
  const ours = await Deno.makeTempFile({ dir: programs.folder });
  using _file = await Deno.open(ours);
  const running = runProgram(["tool"], { clock: new FakeClock(), withinMs: 1_000, env: programs.env });
  const { pid } = await programs.started("tool");
  const open = new Map<string, string>();
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    open.set(name, await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "closed"));
  }
  await programs.end("tool");
  await running;
  assertEquals(["0", "1", "2"].map((name) => open.get(name)), Array(3).fill("/dev/null"));
  const theirs = open.values().filter((target) => target === ours || target.startsWith("anon_inode:")).toArray();
  assertEquals(theirs, [], "what was open here is open there");
});
