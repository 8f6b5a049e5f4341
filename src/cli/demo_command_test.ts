import { assertEquals } from "@std/assert";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { demoCommand, type DemoParts } from "./demo_command.ts";
import { ExitCode } from "./io.ts";
import { parseCommandLine } from "./parse_command_line.ts";

type RunDemo = Awaited<ReturnType<DemoParts["loadDemo"]>>["runDemo"];

function demo(io: FakeIo, runDemo: RunDemo, ...words: string[]): Promise<ExitCode> {
  const line = parseCommandLine(["demo", ...words]);
  if (line.kind !== "command") throw new Error("Not a command");
  return demoCommand({ io, invocation: line.invocation }, {
    loadDemo: () => Promise.resolve({ runDemo }),
    loadApp: () => Promise.resolve({ startDemoBroker: () => Promise.reject(new Error("No broker in this test")) }),
  });
}

Deno.test("demo ends with what its steps came to", async () => {
  for (const [succeeded, code] of [[true, ExitCode.done], [false, ExitCode.failed]] as const) {
    assertEquals(await demo(new FakeIo(), () => Promise.resolve(succeeded), "--exit"), code);
  }
});

Deno.test("demo passes --exit and the terminal's colour on", async () => {
  const seen: boolean[][] = [];
  const remember: RunDemo = ({ exit, colour }) => Promise.resolve(seen.push([exit, colour]) > 0);
  await demo(new FakeIo(), remember, "--exit");
  await demo(new FakeIo({ terminal: { stdout: true } }), remember);
  assertEquals(seen, [[true, false], [false, true]]);
});

Deno.test("demo is told to end by the first signal and ended by the second", async () => {
  const io = new FakeIo();
  const untilAborted: RunDemo = async ({ signal }) => {
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
      queueMicrotask(() => io.signal("SIGINT"));
    });
    // The same Ctrl-C once more, then a second one.
    io.signal("SIGINT");
    assertEquals(io.exits, []);
    await io.clock.advance(1_000);
    io.signal("SIGINT");
    return true;
  };
  assertEquals(await demo(io, untilAborted), ExitCode.done);
  assertEquals(io.exits, [ExitCode.failed]);
  assertEquals(io.signal("SIGINT"), false);
});
