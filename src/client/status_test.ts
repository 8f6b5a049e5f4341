import { assertEquals } from "@std/assert";
import { routeModes } from "../core/types.ts";
import type { ConnectionTest as DaemonConnectionTest } from "../state/connection_report.ts";
import type { StatusReport } from "../state/status.ts";
import type { ConnectionTest, Mode, Status } from "./status.ts";

/** Checked by the compiler: what the daemon sends is what the library promises. It may send more. */
const status: (report: StatusReport) => Status = (report) => report;
const test: (report: DaemonConnectionTest) => ConnectionTest = (report) => report;

Deno.test("the library's types are those of the daemon", () => {
  assertEquals([typeof status, typeof test], ["function", "function"]);
  const modes: Record<Mode, true> = {
    "local-first": true,
    "cloud-first": true,
    "local-only": true,
    "cloud-only": true,
    "fastest": true,
  };
  assertEquals(Object.keys(modes), [...routeModes]);
});
