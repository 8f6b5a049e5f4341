import { assertEquals } from "@std/assert";
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";

Deno.test("mode prints the mode alone on its line", async () => {
  await using daemon = await FakeDaemon.start({ "GET /control/v1/mode": () => Response.json({ mode: "fastest" }) });
  const io = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["mode"], io), ExitCode.done);
  assertEquals([io.stdout, io.stderr], ["fastest\n", ""]);
});

Deno.test("mode says on standard error that another one is in force, and why", async () => {
  const reason = "the cloud is paused until 15:04";
  await using daemon = await FakeDaemon.start({
    "GET /control/v1/mode": () => Response.json({ mode: "cloud-first", inForce: "local-only", reason }),
  });
  const io = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["mode"], io), ExitCode.done);
  assertEquals([io.stdout, io.stderr], ["cloud-first\n", `In force is local-only: ${reason}\n`]);
});

Deno.test("mode MODE sets it and prints what now holds", async () => {
  await using daemon = await FakeDaemon.start({
    "PUT /control/v1/mode": ({ body }) => Response.json({ mode: JSON.parse(body).mode }),
  });
  const io = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["mode", "local-only"], io), ExitCode.done);
  assertEquals(io.stdout, "local-only\n");
  assertEquals(daemon.requests[0].headers.get("content-type"), "application/json");
});

Deno.test("mode fails in the daemon's words when it refuses", async () => {
  await using daemon = await FakeDaemon.start({
    "PUT /control/v1/mode": () => Response.json({ error: { message: "config.json is invalid" } }, { status: 409 }),
  });
  const io = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["mode", "local-only"], io), ExitCode.failed);
  assertEquals(io.stderr, `The daemon at ${daemon.url} refuses: config.json is invalid\n`);
});
