import type { ConnectionTest, TestStep } from "../state/connection_report.ts";
import type { StatusReport } from "../state/status.ts";
import { type Appearance, appearanceOf } from "./appearance.ts";
import type { CommandContext } from "./command.ts";
import { connectToDaemon, type DaemonClient } from "./daemon_client.ts";
import { durationText } from "./duration_text.ts";
import { ExitCode } from "./io.ts";
import { terminalLine } from "./terminal_text.ts";

/** `test [BACKEND]`: fails when a backend that was tested did. All are asked at once, and told in their order. */
export async function testCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  using daemon = await connectToDaemon(io);
  const look = appearanceOf(io);
  const backends = await backendsToTest(daemon, invocation.arguments.BACKEND);
  for (const { id, enabled } of backends) if (!enabled) io.err(disabledText(id));
  const tests = backends.map(({ id }) => testConnection(daemon, id));
  // Awaited one by one below: a failure that comes early must not count as unhandled.
  for (const test of tests) test.catch(() => {});
  let passed = true;
  for (const [index, test] of tests.entries()) {
    const result = await test;
    passed &&= result.ok;
    io.out((index > 0 ? "\n" : "") + testText(result, look));
  }
  return passed ? ExitCode.done : ExitCode.failed;
}

type TestedBackend = Pick<StatusReport["backends"][number], "id" | "enabled">;

function disabledText(id: string): string {
  const name = terminalLine(id);
  return `${name} is disabled: no request goes there until "enabled" of it is true in the file that \`config path\` prints\n`;
}

async function backendsToTest(daemon: DaemonClient, asked: string | undefined): Promise<TestedBackend[]> {
  const { backends } = await daemon.control("status") as StatusReport;
  if (asked !== undefined) {
    const found = backends.filter(({ id }) => id === asked);
    if (found.length > 0) return found;
    const known = backends.map(({ id }) => id).join(", ") || "none";
    throw new Error(`Cannot test "${asked}": there is no such backend; there are: ${known}`);
  }
  const enabled = backends.filter((backend) => backend.enabled);
  if (enabled.length > 0) return enabled;
  throw new Error("Cannot test any backend: none is enabled; `config path` prints the file to enable one in");
}

/** However long it takes: the daemon bounds each step by the backend's own timeouts. */
async function testConnection(daemon: DaemonClient, id: string): Promise<ConnectionTest> {
  const path = `backends/${encodeURIComponent(id)}/test`;
  return await daemon.control(path, { method: "POST", timeoutMs: null }) as ConnectionTest;
}

function testText({ backend, ok, steps }: ConnectionTest, look: Appearance): string {
  const verdict = ok ? look.good("works") : look.bad("does not work");
  return [`${look.bold(terminalLine(backend))} ${verdict}`, ...steps.flatMap((step) => stepLines(step, look))]
    .join("\n") + "\n";
}

function stepLines({ name, ok, detail, durationMs, advice }: TestStep, look: Appearance): string[] {
  const mark = ok ? look.good(look.pass) : look.bad(look.fail);
  const took = look.dim(`(${durationText(durationMs)})`);
  const words = [terminalLine(name), terminalLine(detail)].filter((text) => text !== "").join(": ");
  const lines = [`  ${mark} ${words} ${took}`];
  if (advice !== null) lines.push(`    ${look.arrow} ${terminalLine(advice)}`);
  return lines;
}
