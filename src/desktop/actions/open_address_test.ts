import { assertEquals, assertRejects } from "@std/assert";
import { FakeOpenPortal } from "../../../tests/support/desktop_fakes/fake_open_portal.ts";
import { FakePrograms } from "../../../tests/support/fake_programs.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { systemClock as clock } from "../../core/clock.ts";
import { openAddress } from "./open_address.ts";

const address = "http://127.0.0.1:11435/settings/enter?key=abc";

/** Opens the address in an environment, with xdg-open only where it was added. */
async function open(programs: FakePrograms, variables: Record<string, string>): Promise<void> {
  const env = (name: string) => variables[name];
  await inTime("it is opened", openAddress(address, { env, clock, childEnv: programs.env }));
}

Deno.test({
  name: "openAddress() asks the portal of the session's bus",
  ignore: isBusMissing,
  async fn() {
    await using programs = await FakePrograms.make();
    await programs.add("xdg-open");
    await using server = await PrivateBus.start();
    const portal = await FakeOpenPortal.start(await server.connect(), { code: 0 });
    const variables = { DBUS_SESSION_BUS_ADDRESS: server.address, XDG_ACTIVATION_TOKEN: "token-1" };
    await open(programs, { ...variables, WAYLAND_DISPLAY: "wayland-0" });
    assertEquals(portal.calls.map(({ uri }) => uri), [address]);
    assertEquals(await programs.calls("xdg-open"), []);
  },
});

Deno.test("openAddress() asks xdg-open where no bus can be reached", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("xdg-open");
  await open(programs, { DISPLAY: ":9", DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere/bus" });
  await open(programs, { DISPLAY: ":9", XDG_ACTIVATION_TOKEN: "token-1" });
  const calls = await programs.calls("xdg-open");
  assertEquals(calls.map(({ args, activationToken }) => [args, activationToken]), [[[address], ""], [
    [address],
    "token-1",
  ]]);
});

Deno.test("openAddress() opens nothing where there is no display", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("xdg-open");
  await assertRejects(() => open(programs, { TERM: "xterm", DISPLAY: "" }), Error, "There is no display here");
  assertEquals(await programs.calls("xdg-open"), []);
});

Deno.test("openAddress() says why nothing opens it", async () => {
  await using programs = await FakePrograms.make();
  await assertRejects(() => open(programs, { DISPLAY: ":9" }), Error, "xdg-open is not installed (package xdg-utils)");
});
