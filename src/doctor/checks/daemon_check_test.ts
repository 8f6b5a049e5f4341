import { assertEquals } from "@std/assert";
import type { CrashSight, DoctorContext, OwnCommands } from "../check.ts";
import type { DaemonSight } from "../daemon_sight.ts";
import type { PortSight } from "../port_sight.ts";
import { crashFindings } from "./crash_check.ts";
import { daemonCheck } from "./daemon_check.ts";
import { partsCheck } from "./parts_check.ts";

const commands = {
  start: "start",
  restart: "restart",
  replace: (pid: number, { isStuck = false } = {}) => `replace ${pid}${isStuck ? " stuck" : ""}`,
  logs: "logs",
} as OwnCommands;

function context(daemon: DaemonSight, port: PortSight = { kind: "free" }): DoctorContext {
  const paths = { controlFile: "/r/control.json" } as DoctorContext["paths"];
  const parts: Partial<DoctorContext> = {
    commands,
    paths,
    version: "2.0.0",
    daemon: () => Promise.resolve(daemon),
    port: () => Promise.resolve(port),
  };
  return parts as DoctorContext;
}

function runs(status: Record<string, unknown>, openMode?: number): DaemonSight {
  const running = {
    kind: "runs",
    url: "http://127.0.0.1:1",
    pid: 7,
    status: { version: "2.0.0", ...status },
    openMode,
  };
  return running as unknown as DaemonSight;
}

Deno.test("daemonCheck finds what keeps the daemon from being used, with what helps", async () => {
  const at = { url: "http://127.0.0.1:1", pid: 7 };
  const cases: [daemon: DaemonSight, expected: [id: string, remedy: string | null][], port?: PortSight][] = [
    [runs({}), [["daemon", null]]],
    [runs({ version: "1.0.0" }), [["daemon-version", "restart"]]],
    [runs({ version: "1.0.0" }, 0o644), [["control-open", "replace 7"], ["daemon-version", "restart"]]],
    [{ kind: "none" }, [["daemon-off", "start"]]],
    [{ kind: "gone", ...at }, [["daemon-gone", "start"]]],
    [{ kind: "silent", ...at }, [["daemon-silent", "replace 7 stuck"]]],
    [{ kind: "unfit", reason: "it is a folder" }, [["control-unfit", "rm -rf /r/control.json && start"]]],
    [{ kind: "none" }, [["daemon-unreachable", "replace 9"]], {
      kind: "broker",
      version: "2.0.0",
      process: { program: "deno", pid: 9 },
    }],
  ];
  for (const [daemon, expected, port] of cases) {
    const findings = await daemonCheck.run(context(daemon, port));
    assertEquals(findings.map(({ id, remedy }) => [id, remedy]), expected, daemon.kind);
  }
});

Deno.test("partsCheck tells each part that has failed, and why", async () => {
  const part = { name: "tray", state: "running", reason: null, since: "", failures: 0 };
  const failed = { ...part, state: "failed", reason: "GTK ended", failures: 3 };
  const one = async (daemon: DaemonSight) => (await partsCheck.run(context(daemon))).map(({ id, what }) => [id, what]);
  assertEquals(await one({ kind: "none" }), []);
  assertEquals(await one(runs({})), []);
  assertEquals(await one(runs({ parts: [part] })), [["parts", "Every part of the daemon works"]]);
  assertEquals(await one(runs({ parts: [part, failed] })), [
    ["part-failed", "The daemon's tray has failed (3 times): GTK ended"],
  ]);
});

Deno.test("crashFindings() tells of a crash for a week, and makes more of three in a day", () => {
  const now = Date.UTC(2026, 0, 8);
  const crash: CrashSight = { at: "2026-01-07T00:00:00Z", error: null, isWithMachine: false, inLastDay: 1 };
  const one = (change: Partial<CrashSight>) =>
    crashFindings({ ...crash, ...change }, { commands, now }).map(({ id, remedy }) => [id, remedy]);
  assertEquals(one({}), [["last-crash", "logs"]]);
  assertEquals(one({ inLastDay: 3 }), [["crashes-often", "logs"]]);
  assertEquals([one({ isWithMachine: true }), one({ at: "2025-12-31T00:00:00Z" })], [[], []]);
});
