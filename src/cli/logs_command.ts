import { resolvePaths } from "../config/paths.ts";
import { sleep } from "../core/clock.ts";
import { parseSince } from "../core/parse_since.ts";
import type { LogReader, LogSelection } from "../service/log_file/log_reader.ts";
import type { CommandContext } from "./command.ts";
import type { Invocation } from "./command_spec.ts";
import { ExitCode, type Io } from "./io.ts";
import { terminalLine, terminalText } from "./terminal_text.ts";
import { UsageError } from "./usage_error.ts";

const defaultLines = 100;
/** How often a log that is followed is looked at, in ms. */
const followMs = 250;

/** `logs [-f] [--since TIME] [--lines N]`: from the files, so also when no daemon runs. */
export async function logsCommand({ io, invocation }: CommandContext): Promise<ExitCode> {
  const selection = selectionOf(invocation, io.clock.now());
  const [{ LogReader }, { logPath }] = await Promise.all([
    import("../service/log_file/log_reader.ts"),
    import("../service/log_file/log_files.ts"),
  ]);
  const path = logPath(resolvePaths(io.env));
  const follows = invocation.switches.has("follow");
  using reader = new LogReader(path);
  print(reader.past(selection), io);
  if (!reader.exists) {
    const next = follows ? "; waiting for it" : ", unless its configuration has log.file.enabled false";
    io.err(`There is no log at ${path}: the daemon begins it when it runs${next}\n`);
  }
  if (follows) await follow(reader, io);
  return reader.exists || follows ? ExitCode.done : ExitCode.failed;
}

function selectionOf({ options }: Invocation, now: number): LogSelection {
  const { since: sinceText, lines } = options;
  const since = sinceText === undefined ? undefined : parseSince(sinceText, now);
  if (sinceText !== undefined && (since === undefined || since > now)) {
    const form = "how long ago, such as 30m, 24h or 7d, or a day or moment in the past, such as 2026-01-05";
    throw new UsageError(`--since takes ${form}, not "${terminalLine(sinceText)}"`, { path: ["logs"] });
  }
  if (lines !== undefined && !/^\d{1,9}$/.test(lines)) {
    throw new UsageError(`--lines takes a number, such as 50, not "${terminalLine(lines)}"`, { path: ["logs"] });
  }
  if (lines !== undefined) return { since, last: Number(lines) };
  return since === undefined ? { last: defaultLines } : { since };
}

/** Until the user ends it, or has closed what we print to. */
async function follow(reader: LogReader, io: Io): Promise<void> {
  const stop = new AbortController();
  const ignoreSignals = io.onSignal(["SIGINT", "SIGTERM"], () => stop.abort());
  try {
    while (!stop.signal.aborted) {
      print(reader.added(), io);
      await sleep(followMs, { clock: io.clock, signal: stop.signal }).catch(() => {});
    }
  } finally {
    ignoreSignals();
  }
}

function print(batches: Iterable<string[]>, io: Io): void {
  for (const lines of batches) {
    if (lines.length > 0) io.out(terminalText(`${lines.join("\n")}\n`));
  }
}
