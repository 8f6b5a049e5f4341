import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/core/clock.ts";
import { connectBus } from "../../src/dbus/connect.ts";
import type { Bus } from "../../src/dbus/types.ts";
import { daemonInterface, daemonName, daemonPath } from "../../src/desktop/daemon_object/daemon_names.ts";
import { DesktopDaemon } from "../support/desktop/desktop_daemon.ts";
import { DesktopSession } from "../support/desktop/desktop_session.ts";
import { desktopTest } from "../support/desktop/installed_programs.ts";
import { until } from "../support/desktop/until.ts";
import { FakePrograms } from "../support/fake_programs.ts";

const secret = "CLOUDTOLOCALLLM_SECRET_CLOUD";
const backends = [
  { id: "cloud", kind: "openai", url: "https://example.invalid", location: "cloud", secret: "cloud", enabled: false },
] as const;

desktopTest(
  "a program that asks the daemon 10,000 times to open something gets one program, without tokens and descriptors of ours",
  ["Xvfb", "dbus-daemon"],
  async () => {
    await using programs = await FakePrograms.make();
    await programs.add("xdg-open", { stays: true });
    await using session = await DesktopSession.start();
    const config = { backends: [...backends], desktop: { tray: false } };
    const env = { PATH: `${programs.folder}:/usr/bin:/bin`, [secret]: "the-token" };
    const daemon = await DesktopDaemon.start(session, { config, env });
    const { pid } = daemon.process;
    using bus = await connectBus(session.bus.address, { clock: systemClock });
    await until("the daemon has its name", () => isThere(bus));
    const before = await descriptorsOf(pid);

    await flood(bus, 10_000);
    const { cloudToken, activationToken, pid: opened } = await programs.started("xdg-open");
    assertEquals([cloudToken, activationToken], ["", "token-0"]);
    assertEquals((await childrenOf(pid)).length, 1);
    const environment = await Deno.readTextFile(`/proc/${opened}/environ`);
    assert(!environment.includes("the-token"));

    await programs.end("xdg-open");
    assertEquals((await programs.calls("xdg-open")).length, 1);
    await until("the daemon's descriptors are as before", async () => {
      return (await descriptorsOf(pid)) <= before || undefined;
    });
    assertEquals(await childrenOf(pid), []);
  },
);

async function isThere(bus: Bus): Promise<true | undefined> {
  const member = { destination: daemonName, path: daemonPath, interface: "org.freedesktop.DBus.Peer", member: "Ping" };
  return await bus.call(member).then(() => true as const, () => undefined);
}

/** What the daemon refuses because it is too much at a time is refused. */
async function flood(bus: Bus, calls: number): Promise<void> {
  const object = { destination: daemonName, path: daemonPath };
  const asked: Promise<unknown>[] = [];
  for (let i = 0; i < calls; i += 2) {
    asked.push(
      bus.call({ ...object, interface: daemonInterface, member: "OpenSettings", signature: "s", body: [`token-${i}`] }),
      bus.call({
        ...object,
        interface: "org.freedesktop.Application",
        member: "Activate",
        signature: "a{sv}",
        body: [{}],
      }),
    );
  }
  await Promise.allSettled(asked);
}

async function descriptorsOf(pid: number): Promise<number> {
  let count = 0;
  for await (const _ of Deno.readDir(`/proc/${pid}/fd`)) count++;
  return count;
}

async function childrenOf(pid: number): Promise<string[]> {
  const children: string[] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/task/${name}/children`).catch(() => "");
    children.push(...text.split(" ").filter(Boolean));
  }
  return children;
}
