import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { inTime } from "../../tests/support/in_time.ts";
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { connectToDaemon } from "./daemon_client.ts";
import { DaemonNotRunning } from "./daemon_not_running.ts";
import { ExitCode } from "./io.ts";

const needDaemon = [["status"], ["mode"], ["models"], ["test"], ["chat", "m", "hello"]];

async function outcome(words: string[], env: Record<string, string>): Promise<{ code: ExitCode; io: FakeIo }> {
  const io = new FakeIo({ env });
  return { code: await runCommandLine(words, io), io };
}

for (const words of needDaemon) {
  Deno.test(`${words[0]} ends with 3 where no daemon has been`, async () => {
    const { code, io } = await outcome(words, { HOME: "/nowhere" });
    assertEquals(code, ExitCode.notRunning);
    assertEquals(io.stderr, "The daemon is not running\nStart it with: cloudtolocalllm start\n");
    assertEquals(io.stdout, "");
  });

  Deno.test(`${words[0]} ends with 3 where a killed daemon left its control file`, async () => {
    await using daemon = await FakeDaemon.start({});
    await daemon.kill();
    const { code, io } = await outcome(words, daemon.env);
    assertEquals(code, ExitCode.notRunning);
    assertStringIncludes(io.stderr, `nothing answers at ${daemon.url}\nStart it with: cloudtolocalllm start\n`);
  });
}

Deno.test("DaemonClient takes one that does not know the token for another program", async () => {
  await using daemon = await FakeDaemon.start({
    "GET /control/v1/status": () => Response.json({ error: { message: "no" } }, { status: 401 }),
  });
  const { code, io } = await outcome(["status"], daemon.env);
  assertEquals(code, ExitCode.notRunning);
  assertStringIncludes(io.stderr, `another program, or a daemon of another user, answers at ${daemon.url}`);
});

Deno.test("DaemonClient tells a refusal in the daemon's words, without control characters", async () => {
  await using daemon = await FakeDaemon.start({
    "GET /control/v1/status": () => Response.json({ error: { message: "not\x1b now" } }, { status: 503 }),
  });
  const status = await outcome(["status"], daemon.env);
  assertEquals([status.code, status.io.stderr], [ExitCode.failed, `The daemon at ${daemon.url} refuses: not now\n`]);
});

Deno.test("DaemonClient takes what answers in no way of ours for another program, with the address of a killed daemon", async () => {
  await using daemon = await FakeDaemon.start({
    "GET /control/v1/mode": () => new Response("<html>", { status: 502 }),
    "GET /control/v1/models": () => new Response("<html>"),
  });
  for (const command of ["mode", "models"]) {
    const { code, io } = await outcome([command], daemon.env);
    assertEquals(code, ExitCode.notRunning);
    assertStringIncludes(
      io.stderr,
      `another program, or a daemon of another user, answers at ${daemon.url}\nStart it with: `,
    );
  }
});

Deno.test("DaemonClient follows no redirect with the token", async () => {
  await using elsewhere = await FakeDaemon.start({ "GET /": () => new Response("mine") });
  await using daemon = await FakeDaemon.start({
    "GET /control/v1/status": () => Response.redirect(`${elsewhere.url}/`),
  });
  const { code } = await outcome(["status"], daemon.env);
  assertEquals(code, ExitCode.notRunning);
  assertEquals(elsewhere.requests, []);
});

Deno.test("DaemonClient gives up on a daemon that takes the request and is silent", async () => {
  const release = Promise.withResolvers<Response>();
  await using daemon = await FakeDaemon.start({ "GET /control/v1/status": () => release.promise });
  using client = await connectToDaemon(new FakeIo({ env: daemon.env }));
  const error = await assertRejects(() => client.control("status", { timeoutMs: 20 }), Error, "does not answer");
  assert(!(error instanceof DaemonNotRunning));
  release.resolve(new Response());
});

Deno.test("readControlFile() sends no token beyond loopback", async () => {
  await using daemon = await FakeDaemon.start({});
  for (const url of ["http://192.0.2.7:11435", "http://example.com", "http://127.0.0.1.example.com:1"]) {
    await daemon.writeControl({ url, token: "t", pid: 1, version: "0" });
    const { code, io } = await outcome(["status"], daemon.env);
    assertEquals(code, ExitCode.failed);
    assertMatch(io.stderr, /its token is only sent over loopback/);
  }
});

Deno.test("readControlFile() believes no file that others can read, nor one a daemon did not write", async () => {
  await using daemon = await FakeDaemon.start({});
  await daemon.writeControl({ url: daemon.url, token: "t", pid: 1, version: "0" }, 0o644);
  const shared = await outcome(["status"], daemon.env);
  assertEquals(shared.code, ExitCode.failed);
  assertMatch(shared.io.stderr, /its mode 644 lets other users at the token/);
  const good = { url: daemon.url, token: "t", pid: 1, version: "0" };
  for (const content of ["", "{", "[]", { ...good, url: "file:///x" }, { ...good, token: "a\nb" }, { token: "t" }]) {
    await daemon.writeControl(content);
    const { code, io } = await outcome(["status"], daemon.env);
    assertEquals(code, ExitCode.failed);
    assertMatch(io.stderr, /is not what a daemon writes/);
  }
  assertEquals(daemon.requests, []);
});

Deno.test("readControlFile() waits for no pipe's writer", async () => {
  await using daemon = await FakeDaemon.start({});
  await Deno.remove(daemon.controlFile);
  await new Deno.Command("mkfifo", { args: ["-m", "600", daemon.controlFile] }).output();
  const { code, io } = await inTime("the command ends", outcome(["status"], daemon.env));
  assertEquals([code, io.stderr.trim()], [
    ExitCode.failed,
    `Cannot read ${daemon.controlFile}: it is not a regular file`,
  ]);
});

Deno.test("DaemonClient tells nothing to a stranger who has the port of a killed daemon and agrees to everything", async () => {
  const heard: string[] = [];
  await using stranger = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    heard.push(request.headers.get("authorization") ?? "", await request.text());
    return Response.json({ proof: "0".repeat(64), mode: "local-first", name: "cloud", home: "keyring" });
  });
  await using daemon = await FakeDaemon.start({});
  await daemon.writeControl({ url: `http://127.0.0.1:${stranger.addr.port}`, token: "left", pid: 1, version: "0" });
  using client = await connectToDaemon(new FakeIo({ env: daemon.env }));
  const secret = { method: "PUT", body: { value: "planted" } } as const;
  await assertRejects(() => client.control("secrets/cloud", secret), DaemonNotRunning, "another program");
  await assertRejects(() => client.request("/api/chat", { method: "POST", body: "prompt" }), DaemonNotRunning);
  assertEquals(heard.join(""), "");
});
