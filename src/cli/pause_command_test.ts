import { assertEquals, assertMatch } from "@std/assert";
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";

const until = new Date(2026, 0, 5, 15, 4);

/** What a command prints, over a daemon whose pause ends at `until` when it was given a time. */
async function typed(...words: string[]): Promise<{ code: ExitCode; io: FakeIo; sent: unknown[] }> {
  const sent: unknown[] = [];
  await using daemon = await FakeDaemon.start({
    "PUT /control/v1/pause": ({ body }) => {
      sent.push(JSON.parse(body));
      return Response.json({ pause: { until: JSON.parse(body).forMs ? until.toISOString() : null } });
    },
    "DELETE /control/v1/pause": () => {
      sent.push("resume");
      return Response.json({ pause: null });
    },
    "GET /control/v1/mode": () => Response.json({ mode: "cloud-first", inForce: "cloud-first", reason: null }),
  });
  const io = new FakeIo({ env: daemon.env });
  return { code: await runCommandLine(words, io), io, sent };
}

Deno.test("pause DURATION says until when", async () => {
  const { code, io, sent } = await typed("pause", "1h30m");
  assertEquals([code, sent, io.stdout], [ExitCode.done, [{ forMs: 5_400_000 }], "The cloud is paused until 15:04\n"]);
});

Deno.test("pause without an end says how to end it", async () => {
  const { code, io, sent } = await typed("pause");
  assertEquals([code, sent], [ExitCode.done, [{}]]);
  assertMatch(io.stdout, /^The cloud is paused until you type: \S.* resume\n$/);
});

Deno.test("pause takes no other word for a time, and none above a day", async () => {
  for (const word of ["tomorrow", "60", "25h", "0s"]) {
    const { code, io, sent } = await typed("pause", word);
    assertEquals([code, sent], [ExitCode.usage, []]);
    assertMatch(io.stderr, new RegExp(`DURATION must be a time such as 30m or 1h, up to 24h, received "${word}"`));
  }
});

Deno.test("pause says that a number is no time without its unit", async () => {
  const { io } = await typed("pause", "90");
  assertMatch(io.stderr, /received "90": 90 what\? Say 90m or 90s/);
});

Deno.test("resume ends the pause and says which mode holds", async () => {
  const { code, io, sent } = await typed("resume");
  assertEquals([code, sent], [ExitCode.done, ["resume"]]);
  assertEquals(io.stdout, "The cloud is not paused; the mode is cloud-first\n");
});
