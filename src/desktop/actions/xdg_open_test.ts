import { assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../../../tests/support/fake_clock.ts";
import { FakePrograms } from "../../../tests/support/fake_programs.ts";
import { xdgOpen } from "./xdg_open.ts";

Deno.test("xdgOpen() gives the target as one argument, and the activation token", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("xdg-open");
  const target = "/home/a b/$(id)/config.json";
  const options = { clock: new FakeClock(), activationToken: "token-1", childEnv: programs.env };
  assertEquals(await xdgOpen(target, options), undefined);
  const [{ args, activationToken, startupId }] = await programs.calls("xdg-open");
  assertEquals([args, activationToken, startupId], [[target], "token-1", "token-1"]);
});

for (
  const [exit, failure] of [
    [2, "xdg-open did not find the file"],
    [3, "xdg-open found no program that could open it"],
    [4, "the program that xdg-open chose failed"],
    [77, "xdg-open ended with 77"],
  ] as const
) {
  Deno.test(`xdgOpen() tells what the exit code ${exit} means`, async () => {
    await using programs = await FakePrograms.make();
    await programs.add("xdg-open", { exit });
    assertEquals(await xdgOpen("/a", { clock: new FakeClock(), childEnv: programs.env }), failure);
  });
}

Deno.test("xdgOpen() tells what to install where it is missing", async () => {
  await using programs = await FakePrograms.make();
  const failure = await xdgOpen("/a", { clock: new FakeClock(), childEnv: programs.env });
  assertEquals(failure, "xdg-open is not installed (package xdg-utils)");
});

Deno.test("xdgOpen() says that it was not started where it is installed", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("xdg-open");
  const childEnv = { ...programs.env, VARIABLE: "A".repeat(200_000) };
  const failure = await xdgOpen("/a", { clock: new FakeClock(), childEnv });
  assertMatch(failure ?? "", /^xdg-open was not started: .*Argument list too long/);
});

Deno.test("xdgOpen() does not wait for a browser to be closed", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("xdg-open", { stays: true });
  const clock = new FakeClock();
  const opened = xdgOpen("/a", { clock, childEnv: programs.env });
  await programs.started("xdg-open");
  await clock.advance(10_000);
  assertEquals([await opened, clock.pending], [undefined, 0]);
});
