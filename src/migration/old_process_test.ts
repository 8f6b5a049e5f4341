import { assertEquals } from "@std/assert";
import { findOldProcesses, oldProcesses } from "./old_process.ts";

Deno.test("oldProcesses() knows the predecessor's programs however they are started, and nothing beside them", () => {
  const listing = `
      1 /sbin/init
   1203 /usr/bin/cloudtolocalllm-tray
   1204 /usr/bin/cloudtolocalllm-tray --daemon
   1300 /home/me/.local/bin/cloudtolocalllm-enhanced-tray --port 0
   1400 /usr/bin/python3.12 -u /opt/tray_daemon/enhanced_tray_daemon.py --port 0
   1401 python3 ./tray_daemon.py
   1402 /bin/bash /usr/local/bin/cloudtolocalllm-tray
   1500 /usr/bin/cloudtolocalllm run
   1501 /usr/share/cloudtolocalllm/cloudtolocalllm
   1502 vim enhanced_tray_daemon.py
   1503 tail -f /home/me/.cloudtolocalllm/tray.log
   1504 /usr/bin/cloudtolocalllm-settings
   1505 python3 other.py enhanced_tray_daemon.py
   1506 bash -c
  garbage cloudtolocalllm-tray
`;
  assertEquals(oldProcesses(listing).map(({ pid }) => pid), [1203, 1204, 1300, 1400, 1401]);
  assertEquals(oldProcesses(listing)[3].program, "/opt/tray_daemon/enhanced_tray_daemon.py");
  assertEquals(oldProcesses(""), []);
});

Deno.test("findOldProcesses() finds none without ps, and leaves out what is ours", async () => {
  assertEquals(await findOldProcesses(() => Promise.resolve(undefined)), []);
  const stdout = "7 cloudtolocalllm-tray\n8 cloudtolocalllm-tray\n";
  assertEquals((await findOldProcesses(() => Promise.resolve({ code: 0, stdout, stderr: "" }), [7])).length, 1);
});
