import { assertEquals } from "@std/assert";
import { freePort } from "../../tests/bench/free_port.ts";
import { listeningProcess, seePort } from "./port_sight.ts";

const unknown = { run: () => Promise.resolve({ code: undefined, stdout: "not found" }) };

Deno.test("listeningProcess() reads what ss prints", () => {
  const line =
    'LISTEN 0      511        127.0.0.1:11435      0.0.0.0:*    users:(("my \\"app",pid=712,fd=20),("b",pid=1,fd=3))';
  assertEquals(listeningProcess(line), { program: 'my \\"app', pid: 712 });
  assertEquals(listeningProcess("LISTEN 0 511 127.0.0.1:11435 0.0.0.0:*"), undefined);
  assertEquals(listeningProcess(""), undefined);
});

Deno.test("seePort() tells what is free, what is held and what is not of this machine, also without ss", async () => {
  const port = freePort();
  assertEquals(await seePort({ host: "127.0.0.1", port }, unknown), { kind: "free" });
  using _holder = Deno.listen({ hostname: "127.0.0.1", port });
  assertEquals(await seePort({ host: "127.0.0.1", port }, unknown), { kind: "other" });
  assertEquals(await seePort({ host: "192.0.2.1", port }, unknown), { kind: "not_here" });
  const systemd = { run: () => Promise.resolve({ code: 0, stdout: 'users:(("systemd",pid=900,fd=40))' }) };
  assertEquals(await seePort({ host: "127.0.0.1", port }, systemd), { kind: "systemd" });
});
