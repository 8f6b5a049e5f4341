import { assertEquals } from "@std/assert";
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";
import { seeDaemon } from "./daemon_sight.ts";

Deno.test("seeDaemon() tells a daemon that runs, one that is gone, and none", async () => {
  await using daemon = await FakeDaemon.start({
    "GET /control/v1/status": () => Response.json({ version: "1.0.0" }),
    "POST /control/v1/refused": () => Response.json({}, { status: 422 }),
  });
  const runs = await seeDaemon(daemon.controlFile);
  assertEquals([runs.kind, runs.kind === "runs" && runs.openMode], ["runs", undefined]);
  assertEquals(daemon.requests[0].authorization, `Bearer ${daemon.token}`);
  // The token stays inside: nothing that is printed can have it.
  assertEquals(JSON.stringify(runs).includes(daemon.token), false);
  await Deno.chmod(daemon.controlFile, 0o644);
  const open = await seeDaemon(daemon.controlFile);
  assertEquals(open.kind === "runs" && open.openMode, 0o644);
  await daemon.kill();
  assertEquals(await seeDaemon(daemon.controlFile), { kind: "gone", url: daemon.url, pid: 1 });
  assertEquals(await seeDaemon(`${daemon.runtimeHome}/none.json`), { kind: "none" });
});

Deno.test("seeDaemon() counts another program, or another daemon, at that address as gone", async () => {
  await using daemon = await FakeDaemon.start({
    "GET /control/v1/status": () => Response.json({ error: { message: "no" } }, { status: 401 }),
  });
  assertEquals((await seeDaemon(daemon.controlFile)).kind, "gone");
});

Deno.test("seeDaemon() does not believe a file that no daemon writes, and sends its token nowhere else", async () => {
  await using daemon = await FakeDaemon.start({});
  const good = { url: daemon.url, token: "abc", pid: 1, version: "1" };
  const wrong = [
    "",
    "{",
    "[]",
    "null",
    { ...good, url: "http://192.0.2.1:11435" },
    { ...good, url: "https://127.0.0.1:11435" },
    { ...good, token: "a b" },
    { ...good, token: 7 },
    { ...good, pid: "1" },
  ];
  for (const content of wrong) {
    await daemon.writeControl(content);
    const sight = await seeDaemon(daemon.controlFile);
    assertEquals(sight, { kind: "unfit", reason: "it is not what a daemon writes" }, JSON.stringify(content));
  }
  assertEquals(daemon.requests, []);
});
