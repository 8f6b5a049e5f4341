import { assertEquals } from "@std/assert";
import type { PortSight } from "../port_sight.ts";
import { listensAt, portFindings } from "./port_check.ts";

const paths = { configFile: "/c/config.json", stateDir: "/s", runtimeDir: "/r", controlFile: "/r/control.json" };

Deno.test("portFindings() tells each holder by its kind", () => {
  const process = { program: "nginx", pid: 7 };
  const high = "Set listen.port to 1024 or more in /c/config.json";
  const host = "Set listen.host to 127.0.0.1, or to an address of this machine, in /c/config.json";
  const cases: [sight: PortSight, id: string | undefined, remedy?: string | null][] = [
    [{ kind: "free" }, "port", null],
    [{ kind: "systemd" }, "port", null],
    // Told by the check of the daemon.
    [{ kind: "broker", version: "1" }, undefined],
    [{ kind: "other", process }, "port-held", "kill 7"],
    [{ kind: "other" }, "port-held", "End it, or set another listen.port in /c/config.json"],
    [{ kind: "ollama", process }, "port-held-by-ollama", "kill 7"],
    [{ kind: "forbidden" }, "port-forbidden", high],
    [{ kind: "not_here" }, "address-not-here", host],
  ];
  for (const [sight, id, remedy] of cases) {
    const [finding] = portFindings(sight, { host: "127.0.0.1", port: 11435 }, { paths });
    assertEquals([finding?.id, finding?.remedy], [id, remedy], sight.kind);
  }
});

Deno.test("listensAt() compares where a daemon listens with what is configured", () => {
  const at = (url: string, host: string, port: number) => listensAt(url, { host, port });
  assertEquals([at("http://127.0.0.1:11435", "127.0.0.1", 11435), at("http://[::1]:7", "localhost", 0)], [true, true]);
  assertEquals([at("http://127.0.0.1:11435", "0.0.0.0", 11435), at("http://127.0.0.1:1", "::1", 2)], [false, false]);
  assertEquals(at("http://0.0.0.0:80", "0.0.0.0", 80), true);
});
