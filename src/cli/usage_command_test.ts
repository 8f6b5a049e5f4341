import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeDaemon } from "../../tests/support/fake_daemon.ts";
import { FakeIo } from "../../tests/support/fake_io.ts";
import { recordOf } from "../../tests/support/usage/usage_scene.ts";
import type { UsageTotals } from "../state/usage.ts";
import { openUsage } from "../usage/open_usage.ts";
import { rowOfRecord } from "../usage/row_of_record.ts";
import { runCommandLine } from "./command_line.ts";
import { ExitCode } from "./io.ts";
import type { UsageReport } from "./usage_command.ts";

const totals = (requests: number, cloud: number): UsageTotals => ({
  requests,
  failed: 1,
  failedOver: 2,
  tokens: { local: { input: 1_000, output: 234_567 }, cloud: { input: 0, output: cloud } },
  uncounted: { local: 0, cloud: 3 },
});

const report: UsageReport = {
  recording: true,
  problem: null,
  summary: {
    since: "2023-11-07T22:13:20.000Z",
    until: "2023-11-14T22:13:20.001Z",
    ...totals(1_234, 5_000),
    firstByteMs: { p50: 85, p95: 1_400 },
    byBackend: { top: [{ name: "local", ...totals(1_200, 0) }, { name: "", ...totals(34, 0) }], others: null },
    byModel: { top: [{ name: "llama3.2\x1b[31m", ...totals(1_234, 5_000) }], others: null },
    byApp: { top: [{ name: "zed", ...totals(1_000, 0) }], others: { names: 12, ...totals(234, 5_000) } },
  },
  series: [],
};

async function usageOf(answer: UsageReport, ...words: string[]): Promise<FakeIo> {
  await using daemon = await FakeDaemon.start({ "GET /control/v1/usage": () => Response.json(answer) });
  const io = new FakeIo({ env: daemon.env });
  assertEquals(await runCommandLine(["usage", ...words], io), ExitCode.done);
  return io;
}

Deno.test("usage tells the sums, then each part, and nothing that moves the cursor", async () => {
  const { stdout } = await usageOf(report);
  assertEquals(
    stdout.slice(stdout.indexOf("Requests")),
    `Requests  1,234, of which 1 failed and 2 went to another backend than the first
Tokens    local: 1,000 in, 234,567 out
          cloud: 0 in, 5,000 out; 3 answers without a count
Answers   began within 85 ms (half of them), 1 s (95 %)

BACKEND            REQUESTS  FAILED  FAILOVERS  LOCAL TOKENS  CLOUD TOKENS
local              1,200     1       2          235,567       0
(nobody answered)  34        1       2          235,567       0

MODEL         REQUESTS  FAILED  FAILOVERS  LOCAL TOKENS  CLOUD TOKENS
llama3.2[31m  1,234     1       2          235,567       5,000

APP        REQUESTS  FAILED  FAILOVERS  LOCAL TOKENS  CLOUD TOKENS
zed        1,000     1       2          235,567       0
12 others  234       1       2          235,567       5,000
`,
  );
});

Deno.test("usage --json prints what the daemon tells; a problem and an empty record are said", async () => {
  assertEquals(JSON.parse((await usageOf(report, "--json")).stdout), report);
  const empty = { ...report, problem: "The disk is full", summary: { ...report.summary, requests: 0 } };
  const { stdout } = await usageOf(empty, "--since", "24h");
  assertStringIncludes(stdout, "The disk is full\n\nNo request is recorded since ");
});

Deno.test("usage refuses a time that is none", async () => {
  for (const since of ["yesterday", "2999-01-01"]) {
    const io = new FakeIo({ env: { HOME: "/nowhere" } });
    assertEquals(await runCommandLine(["usage", "--since", since], io), ExitCode.usage);
    assertStringIncludes(io.stderr, "--since takes how long ago, such as 24h, 7d or 4w");
  }
});

Deno.test("usage reads the file where no daemon runs, and makes none", async () => {
  const home = await Deno.makeTempDir();
  try {
    const env = { HOME: home, XDG_STATE_HOME: home, XDG_RUNTIME_DIR: home };
    const none = new FakeIo({ env });
    assertEquals(await runCommandLine(["usage"], none), ExitCode.done);
    assertStringIncludes(none.stdout, "No request is recorded");
    assertEquals([...Deno.readDirSync(home)], []);
    const database = await openUsage(`${home}/cloudtolocalllm/usage.db`);
    database.write([rowOfRecord(recordOf())]);
    database.close();
    const io = new FakeIo({ env });
    assertEquals(await runCommandLine(["usage", "--json"], io), ExitCode.done);
    const { recording, summary } = JSON.parse(io.stdout) as UsageReport;
    assertEquals([recording, summary.requests, summary.tokens.cloud.output], [false, 1, 7]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
