import { assertEquals } from "@std/assert";
import { freePort } from "../../tests/bench/free_port.ts";
import { listeningProcess, seePort } from "./port_sight.ts";

const unknown = { run: () => Promise.resolve({ code: undefined, stdout: "not found" }) };

Deno.test("listeningProcess() reads what ss prints", () => {
  const at = (address: string, users = 'users:(("my app",pid=712,fd=20),("b",pid=711,fd=3))') =>
    `LISTEN 0      511        ${address}:11435      0.0.0.0:*    ${users}`;
  assertEquals(listeningProcess(at("127.0.0.1")), { program: "b", pid: 711 });
  const one = 'users:(("my app",pid=712,fd=20))';
  for (const address of ["127.0.0.1", "0.0.0.0", "*", "[::]"]) {
    assertEquals(listeningProcess(at(address, one)), { program: "my app", pid: 712 }, address);
  }
  // Both may have the port: they are in nobody's way.
  assertEquals(listeningProcess(at("192.0.2.7")), undefined);
  assertEquals(listeningProcess(`${at("192.0.2.7")}\n${at("[::1]", one)}`, "::1")?.pid, 712);
  assertEquals(listeningProcess(at("192.0.2.7", one), "0.0.0.0")?.pid, 712);
  assertEquals(listeningProcess(at("[::1]", one), "localhost")?.pid, 712);
  assertEquals(listeningProcess(at("127.0.0.1", "")), undefined);
  assertEquals(listeningProcess(""), undefined);
});

Deno.test("listeningProcess() believes no process whose name makes itself another one", () => {
  // The kernel keeps 15 bytes of a name.
  for (const name of ['a",pid=1', '",pid=1,fd=3),(', "a\\"]) {
    const text = `LISTEN 0 511 127.0.0.1:11435 0.0.0.0:* users:(("${name}",pid=712,fd=20))`;
    assertEquals(listeningProcess(text), undefined, name);
  }
});

Deno.test("seePort() tells what is free, what is held and what is not of this machine, also without ss", async () => {
  const port = freePort();
  assertEquals(await seePort({ host: "127.0.0.1", port }, unknown), { kind: "free" });
  using _holder = Deno.listen({ hostname: "127.0.0.1", port });
  assertEquals(await seePort({ host: "127.0.0.1", port }, unknown), { kind: "other" });
  assertEquals(await seePort({ host: "192.0.2.1", port }, unknown), { kind: "not_here" });
  const systemd = {
    run: () => Promise.resolve({ code: 0, stdout: 'LISTEN 0 1 127.0.0.1:1 *:* users:(("systemd",pid=900,fd=40))' }),
  };
  assertEquals(await seePort({ host: "127.0.0.1", port }, systemd), { kind: "systemd" });
});
