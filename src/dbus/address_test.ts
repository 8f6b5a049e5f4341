import { assertEquals, assertThrows } from "@std/assert";
import { parseAddress, sessionBusAddress, systemBusAddress } from "./address.ts";

const env = (vars: Record<string, string>) => (name: string) => vars[name];

Deno.test("sessionBusAddress() is the variable's, else the bus of the runtime folder, else nothing", () => {
  assertEquals(
    sessionBusAddress(env({ DBUS_SESSION_BUS_ADDRESS: "unix:path=/a", XDG_RUNTIME_DIR: "/b" })),
    "unix:path=/a",
  );
  assertEquals(sessionBusAddress(env({ XDG_RUNTIME_DIR: "/run/user/1000" })), "unix:path=/run/user/1000/bus");
  assertEquals(sessionBusAddress(env({ DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: "/b" })), "unix:path=/b/bus");
  assertEquals(sessionBusAddress(env({ DBUS_SESSION_BUS_ADDRESS: "", XDG_RUNTIME_DIR: "" })), undefined);
  assertEquals(sessionBusAddress(env({})), undefined);
});

Deno.test("sessionBusAddress() escapes the runtime folder and knows unix:runtime=yes", () => {
  const address = sessionBusAddress(env({ DBUS_SESSION_BUS_ADDRESS: "unix:runtime=yes", XDG_RUNTIME_DIR: "/a b;c,d" }));
  assertEquals(address, "unix:path=/a%20b%3Bc%2Cd/bus");
  assertEquals(parseAddress(address!), [{ transport: "unix", path: "/a b;c,d/bus" }]);
});

Deno.test("systemBusAddress() is the variable's, else the usual sockets", () => {
  assertEquals(systemBusAddress(env({ DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/x" })), "unix:path=/x");
  assertEquals(parseAddress(systemBusAddress(env({}))), [
    { transport: "unix", path: "/run/dbus/system_bus_socket" },
    { transport: "unix", path: "/var/run/dbus/system_bus_socket" },
  ]);
});

Deno.test("parseAddress() reads escapes, lists, abstract sockets and tcp, and leaves out what we cannot use", () => {
  assertEquals(
    parseAddress("unixexec:path=ssh;unix:path=/tmp/a%2cb,guid=12;unix:abstract=/tmp/x;tcp:host=::1,port=80;"),
    [
      { transport: "unix", path: "/tmp/a,b" },
      { transport: "unix", path: "\0/tmp/x" },
      { transport: "tcp", hostname: "::1", port: 80 },
    ],
  );
  assertEquals(parseAddress("tcp:port=1"), [{ transport: "tcp", hostname: "127.0.0.1", port: 1 }]);
});

const refused: [address: string, why: string][] = [
  ["", "it is empty"],
  [";;", "it is empty"],
  ["nonsense", "has no transport"],
  [":path=/x", "has no transport"],
  ["unix:", "needs a path"],
  ["unix:path=", "needs a path"],
  ["unix:path", "badly written option"],
  ["unix:path=/a%ZZ", "badly written option"],
  ["unix:runtime=yes", "XDG_RUNTIME_DIR"],
  ["tcp:host=localhost", "needs a port"],
  ["tcp:host=localhost,port=0", "needs a port"],
  ["tcp:host=localhost,port=70000", "needs a port"],
  ["nonce-tcp:host=localhost,port=1", "not supported"],
  ["autolaunch:", "not supported"],
];

for (const [address, why] of refused) {
  Deno.test(`parseAddress() refuses ${JSON.stringify(address)}: ${why}`, () => {
    assertThrows(() => parseAddress(address), TypeError, why);
  });
}
