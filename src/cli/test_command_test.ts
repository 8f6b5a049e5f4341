import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeDaemon, type FakeRoutes } from "../../tests/support/fake_daemon.ts";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";
import type { ConnectionTest } from "../state/connection_report.ts";

const passed: ConnectionTest = {
  backend: "local",
  ok: true,
  steps: [{ name: "connect", ok: true, detail: "127.0.0.1:11434", durationMs: 2, advice: null }],
};

const failed: ConnectionTest = {
  backend: "cloud",
  ok: false,
  steps: [
    { name: "connect", ok: true, detail: "", durationMs: 40, advice: null },
    { name: "sign in", ok: false, detail: "HTTP 401", durationMs: 1_800, advice: "Set CLOUDTOLOCALLLM_SECRET_CLOUD" },
  ],
};

const routes: FakeRoutes = {
  "GET /control/v1/status": () =>
    Response.json({
      backends: [{ id: "local", enabled: true }, { id: "cloud", enabled: true }, { id: "spare", enabled: false }],
    }),
  "POST /control/v1/backends/local/test": () => Response.json(passed),
  "POST /control/v1/backends/cloud/test": () => Response.json(failed),
  "POST /control/v1/backends/spare/test": () => Response.json({ ...passed, backend: "spare" }),
};

async function testOf(
  words: string[],
  env: Record<string, string | undefined> = {},
): Promise<{ code: ExitCode; io: FakeIo }> {
  await using daemon = await FakeDaemon.start(routes);
  const io = new FakeIo({ env: { ...daemon.env, ...env } });
  return { code: await runCommandLine(["test", ...words], io), io };
}

Deno.test("test checks each enabled backend in its order and fails when one did", async () => {
  const { code, io } = await testOf([], { LANG: "en_GB.UTF-8" });
  assertEquals(code, ExitCode.failed);
  assertEquals(
    io.stdout,
    `local works
  ✓ connect: 127.0.0.1:11434 (2 ms)

cloud does not work
  ✓ connect (40 ms)
  ✗ sign in: HTTP 401 (1 s)
    → Set CLOUDTOLOCALLLM_SECRET_CLOUD
`,
  );
});

Deno.test("test writes ASCII where the locale is not UTF-8", async () => {
  for (const env of [{}, { LANG: "en_GB.UTF-8", LC_ALL: "C" }]) {
    const { io } = await testOf([], env);
    assertStringIncludes(io.stdout, "  ok connect (40 ms)\n  FAILED sign in: HTTP 401 (1 s)\n    -> Set");
    // deno-lint-ignore no-control-regex -- the range of ASCII
    assertMatch(io.stdout, /^[\x00-\x7f]*$/);
  }
});

Deno.test("test BACKEND checks only that one, also when it is disabled", async () => {
  const local = await testOf(["local"]);
  assertEquals([local.code, local.io.stderr], [ExitCode.done, ""]);
  const { code, io } = await testOf(["spare"]);
  assertEquals(code, ExitCode.done);
  assertMatch(io.stdout, /^spare works\n/);
  assertMatch(io.stderr, /^spare is disabled: .+ `config path` prints\n$/);
});

Deno.test("test says which backends there are when asked for another", async () => {
  const { code, io } = await testOf(["remote"]);
  assertEquals(code, ExitCode.failed);
  assertEquals(io.stderr, 'Cannot test "remote": there is no such backend; there are: local, cloud, spare\n');
});

Deno.test("test fails where no backend is enabled", async () => {
  await using daemon = await FakeDaemon.start({ "GET /control/v1/status": () => Response.json({ backends: [] }) });
  const io = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["test"], io), ExitCode.failed);
  assertMatch(io.stderr, /none is enabled/);
});
