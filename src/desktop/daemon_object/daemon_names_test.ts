import { assertEquals } from "@std/assert";
import { daemonInterface, daemonName, daemonPath } from "./daemon_names.ts";

const activation = new URL(`../../../packaging/dbus/${daemonName}.service`, import.meta.url);

Deno.test("the object's path and its interface are named after the daemon", () => {
  assertEquals(daemonPath, `/${daemonName.replaceAll(".", "/")}`);
  assertEquals(daemonInterface, "online.cloudtolocalllm.Daemon1");
  assertEquals(daemonName.split(".").slice(0, 2), daemonInterface.split(".").slice(0, 2));
});

/** D-Bus Specification, "Message Bus Starting Services": a key file with one group; the file is named after the name. */
Deno.test("the activation file starts the daemon by its name", async () => {
  const lines = (await Deno.readTextFile(activation)).trimEnd().split("\n");
  const [group, ...entries] = lines;
  assertEquals(group, "[D-BUS Service]");
  assertEquals(entries.filter((line) => !/^[A-Za-z]+=\S.*$/.test(line)), []);
  assertEquals(Object.fromEntries(entries.map((line) => line.split("=", 2))), {
    Name: daemonName,
    // An absolute path: the bus looks in no PATH. systemd, where it is, starts the unit instead.
    Exec: "/usr/bin/cloudtolocalllm run --unless-running",
    SystemdService: "cloudtolocalllm.service",
  });
});
