import { assertEquals, assertRejects } from "@std/assert";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import {
  answered,
  emitResponse,
  FakeOpenPortal,
  type OpenPortalBehaviour,
  requestPath,
} from "../../../tests/support/desktop_fakes/fake_open_portal.ts";
import { FakePrograms } from "../../../tests/support/fake_programs.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { openWithDesktop } from "./open_with_desktop.ts";

/** Two connections to a private bus, and a fake xdg-open. */
async function sceneOf(cleanup: AsyncDisposableStack) {
  const programs = cleanup.use(await FakePrograms.make());
  await programs.add("xdg-open");
  const server = cleanup.use(await PrivateBus.start());
  const desktop = new DesktopScene();
  const { clock, log } = desktop.context;
  const options = { bus: await server.connect(), clock, log, childEnv: programs.env };
  return { programs, desktop, options, service: await server.connect() };
}

function portalTest(name: string, fn: (scene: Awaited<ReturnType<typeof sceneOf>>) => Promise<void>): void {
  Deno.test({
    name: `openWithDesktop() ${name}`,
    ignore: isBusMissing,
    async fn() {
      await using cleanup = new AsyncDisposableStack();
      const scene = await sceneOf(cleanup);
      await fn(scene);
      assertEquals(scene.desktop.fakeClock.pending, 0, "no timer is left behind");
    },
  });
}

const address = "https://example.org/a?b=c&d";

for (
  const [name, behaviour] of [
    ["asks the portal for an address", { code: 0 }],
    ["takes an answer that comes before that of the call", { code: 0, isEarly: true }],
    ["takes a person's no for an answer", { code: 1 }],
  ] as [string, OpenPortalBehaviour][]
) {
  portalTest(name, async ({ service, options, programs }) => {
    const portal = await FakeOpenPortal.start(service, behaviour);
    await inTime("it is opened", openWithDesktop(address, { ...options, activationToken: "token-1" }));
    const [{ parent, uri, options: given }] = portal.calls;
    assertEquals([parent, uri, given.activation_token], ["", address, "token-1"]);
    assertEquals(await programs.calls("xdg-open"), []);
  });
}

portalTest("takes the answer of a portal that chooses the request's path", async ({ service, options, programs }) => {
  const path = "/org/freedesktop/old/1";
  await FakeOpenPortal.start(service, { path });
  let isOpened = false;
  const opened = openWithDesktop(address, options).then(() => isOpened = true);
  // Such a portal cannot know from when on its answer is awaited.
  while (!isOpened) {
    emitResponse(service, path, 0);
    await answered(service);
  }
  await opened;
  assertEquals(await programs.calls("xdg-open"), []);
});

for (
  const [name, behaviour] of [
    ["cannot", { code: 2 }],
    ["answers with an error", { error: "org.freedesktop.portal.Error.NotAllowed" }],
  ] as [string, OpenPortalBehaviour][]
) {
  portalTest(`asks xdg-open when the portal ${name}`, async ({ service, options, programs }) => {
    await FakeOpenPortal.start(service, behaviour);
    await inTime("it is opened", openWithDesktop(address, { ...options, activationToken: "token-1" }));
    const calls = await programs.calls("xdg-open");
    assertEquals(calls.map(({ args, activationToken }) => [args, activationToken]), [[[address], "token-1"]]);
  });
}

portalTest("asks xdg-open where there is no portal", async ({ options, programs }) => {
  await inTime("it is opened", openWithDesktop(address, options));
  assertEquals((await programs.calls("xdg-open")).length, 1);
});

portalTest("asks xdg-open when the portal stays silent", async ({ service, options, programs, desktop }) => {
  const portal = await FakeOpenPortal.start(service, {});
  const opened = openWithDesktop(address, options);
  await portal.asked;
  await answered(options.bus);
  await desktop.fakeClock.advance(120_000);
  await inTime("it is opened", opened);
  assertEquals((await programs.calls("xdg-open")).length, 1);
});

portalTest("asks xdg-open when the bus goes away", async ({ service, options, programs }) => {
  const portal = await FakeOpenPortal.start(service, {});
  const opened = openWithDesktop(address, options);
  await portal.asked;
  options.bus.close();
  await inTime("it is opened", opened);
  assertEquals((await programs.calls("xdg-open")).length, 1);
});

portalTest("hears no other's answer", async ({ service, options, programs, desktop }) => {
  const portal = await FakeOpenPortal.start(service, {});
  const opened = openWithDesktop(address, options);
  await portal.asked;
  // The right path, but sent by a connection that is not the portal.
  const path = requestPath(options.bus.uniqueName, String(portal.calls[0].options.handle_token));
  emitResponse(options.bus, path, 0);
  emitResponse(service, `${path}x`, 0);
  await answered(options.bus);
  await desktop.fakeClock.advance(120_000);
  await inTime("it is opened", opened);
  assertEquals((await programs.calls("xdg-open")).length, 1);
});

portalTest("asks the portal for no file", async ({ service, options, programs }) => {
  const portal = await FakeOpenPortal.start(service, { code: 0 });
  await openWithDesktop("/a b/--help", options);
  assertEquals([portal.calls, (await programs.calls("xdg-open"))[0].args], [[], ["/a b/--help"]]);
});

for (const target of ["--help", "a/b", "file:///etc/passwd", "javascript:alert(1)", "mailto:a@b", ""]) {
  Deno.test(`openWithDesktop() refuses ${JSON.stringify(target)}`, async () => {
    await using programs = await FakePrograms.make();
    await programs.add("xdg-open");
    const { clock, log } = new DesktopScene().context;
    const options = { bus: undefined, clock, log, childEnv: programs.env };
    await assertRejects(() => openWithDesktop(target, options), Error, "Neither an absolute path nor a web address");
    assertEquals(await programs.calls("xdg-open"), []);
  });
}

Deno.test("openWithDesktop() says what to open oneself, and why", async () => {
  await using programs = await FakePrograms.make();
  await programs.add("xdg-open", { exit: 3 });
  const { clock, log } = new DesktopScene().context;
  await assertRejects(
    () => openWithDesktop("/a/config.json", { bus: undefined, clock, log, childEnv: programs.env }),
    Error,
    "xdg-open found no program that could open it. Open this yourself: /a/config.json",
  );
});
