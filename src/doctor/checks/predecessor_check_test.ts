import { assertEquals } from "@std/assert";
import type { OwnCommands } from "../check.ts";
import type { PredecessorSight } from "../predecessor_sight.ts";
import { predecessorFindings } from "./predecessor_check.ts";

const none: PredecessorSight = { unit: null, autostart: [], link: null, processes: [], settings: null };

function findings(
  sight: Partial<PredecessorSight>,
  { listener, migrate = null }: { listener?: number; migrate?: string | null } = {},
) {
  const commands = { migrate } as OwnCommands;
  return predecessorFindings({ ...none, ...sight }, { commands }, listener).map(({ id, remedy }) => [id, remedy]);
}

Deno.test("predecessorFindings() ends what runs and switches off what starts", () => {
  const disable = "systemctl --user disable --now cloudtolocalllm-tray.service";
  assertEquals(findings({ settings: "/h/old.json" }), []);
  assertEquals(findings({ link: { port: 9 } }, { listener: 7 }), [["predecessor-runs", "kill 7"]]);
  const processes = [{ pid: 7, program: "a" }, { pid: 8, program: "b" }];
  assertEquals(findings({ processes }, { listener: 7 }), [["predecessor-runs", "kill 7 8"]]);
  assertEquals(findings({ unit: { enabledBy: ["/w"], isActive: true } }), [["predecessor-runs", disable]]);
  assertEquals(findings({ unit: { enabledBy: ["/w"], isActive: false } }), [["predecessor-starts", disable]]);
  assertEquals(findings({ unit: { enabledBy: [], isActive: false } }), []);
  assertEquals(
    findings({ autostart: [{ file: "/a b", userFile: "/a b" }], settings: "/o" }, { migrate: "ctl migrate" }),
    [
      ["predecessor-starts", "rm '/a b'"],
      ["predecessor-settings", "ctl migrate"],
    ],
  );
});
