import type { Check, DoctorContext } from "../check.ts";
import type { RunningDaemon } from "../daemon_sight.ts";
import { type Finding, found, well } from "../finding.ts";
import { shellWord } from "../shell_word.ts";

/** Whether the daemon runs, and is found and used as it should be. */
export const daemonCheck: Check = {
  name: "daemon",
  async run(context) {
    const daemon = await context.daemon();
    if (daemon.kind === "runs") return running(daemon, context);
    const held = await context.port();
    if (held.kind === "broker") return [unreachable(context, held)];
    const { start, replace } = context.commands;
    const { controlFile } = context.paths;
    switch (daemon.kind) {
      case "none":
        return [found("daemon-off", "The daemon is not running", { run: start })];
      case "gone":
        return [
          found(
            "daemon-gone",
            `The daemon (process ${daemon.pid}) ended without tidying up: ${controlFile} is there, and it does not answer at ${daemon.url}`,
            { run: start },
          ),
        ];
      case "silent":
        return [
          found("daemon-silent", `The daemon (process ${daemon.pid}) does not answer at ${daemon.url}`, {
            run: replace(daemon.pid, { isStuck: true }),
          }),
        ];
      case "unfit":
        return [
          found("control-unfit", `${controlFile} cannot be used: ${daemon.reason}`, {
            run: `rm -rf ${shellWord(controlFile)} && ${start}`,
          }),
        ];
    }
  },
};

function running({ pid, url, status, openMode }: RunningDaemon, context: DoctorContext): Finding[] {
  const { restart, replace } = context.commands;
  const { controlFile } = context.paths;
  const findings: Finding[] = [];
  if (openMode !== undefined) {
    const mode = openMode.toString(8);
    findings.push(
      found("control-open", `Other users can read the daemon's token: ${controlFile} has mode ${mode}`, {
        run: replace(pid),
      }),
    );
  }
  if (status.version !== context.version) {
    const what = `The running daemon is version ${status.version}, this program is version ${context.version}`;
    findings.push(found("daemon-version", what, { run: restart }));
  }
  return findings.length > 0 ? findings : [well("daemon", `The daemon runs (process ${pid}) and answers at ${url}`)];
}

function unreachable(
  { commands, paths }: DoctorContext,
  { version, process }: { version: string; process?: { pid: number } },
): Finding {
  const who = process ? ` (process ${process.pid})` : "";
  return found(
    "daemon-unreachable",
    `CloudToLocalLLM ${version}${who} has the port, but commands do not find it by ${paths.controlFile}`,
    process
      ? { run: commands.replace(process.pid) }
      : { step: "Use it from the session in which it was started, or end it there" },
  );
}
