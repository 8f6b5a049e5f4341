import { assertEquals, assertRejects } from "@std/assert";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import { FakePrograms } from "../../../tests/support/fake_programs.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { type Bus, BusError, type Value } from "../../dbus/types.ts";
import { createActions } from "../actions/actions.ts";
import { tell } from "./tell.ts";

/** A server for notifications that keeps what it is given and shows nothing. */
async function serve(bus: Bus, capabilities: string[]): Promise<(readonly Value[])[]> {
  const shown: (readonly Value[])[] = [];
  const names = ["app_name", "replaces_id", "app_icon", "summary", "body", "actions", "hints", "expire_timeout"];
  const signatures = ["s", "u", "s", "s", "s", "as", "a{sv}", "i"];
  bus.export("/org/freedesktop/Notifications", {
    name: "org.freedesktop.Notifications",
    methods: {
      GetCapabilities: { in: [], out: [["capabilities", "as"]], call: () => [capabilities] },
      Notify: {
        in: names.map((name, i) => [name, signatures[i]] as const),
        out: [["id", "u"]],
        call: (args) => [shown.push(args)],
      },
    },
  });
  await bus.requestName("org.freedesktop.Notifications");
  return shown;
}

const ignore = isBusMissing;

for (
  const [name, capabilities, body] of [
    ["as it is", ["body"], "<b> & co"],
    ["with markup escaped where the server reads any", ["body", "body-markup"], "&lt;b&gt; &amp; co"],
  ] as const
) {
  Deno.test({
    name: `tell() shows a text ${name}`,
    ignore,
    async fn() {
      await using server = await PrivateBus.start();
      const shown = await serve(await server.connect(), [...capabilities]);
      await tell(await server.connect(), { summary: "Summary", body: "<b> & co" });
      assertEquals(shown.map(([app, , , summary, body]) => [app, summary, body]), [[
        "CloudToLocalLLM",
        "Summary",
        body,
      ]]);
    },
  });
}

Deno.test({
  name: "tell() rejects where there is no server",
  ignore,
  async fn() {
    await using server = await PrivateBus.start();
    const bus = await server.connect();
    await assertRejects(() => tell(bus, { summary: "Summary", body: "body" }), BusError);
  },
});

Deno.test({
  name: "tell() takes the place of what the same server shows, and of no other's",
  ignore,
  async fn() {
    await using bus = await PrivateBus.start();
    const [first, second, ours] = [await bus.connect(), await bus.connect(), await bus.connect()];
    const shown = await serve(first, ["body"]);
    const told = await tell(ours, { summary: "One", body: "a" });
    const again = await tell(ours, { summary: "Two", body: "b", replaces: told });
    assertEquals([shown.map(([, replaces]) => replaces), told.id], [[0, 1], 1]);
    await first.releaseName("org.freedesktop.Notifications");
    const shownLater = await serve(second, ["body"]);
    await tell(ours, { summary: "Three", body: "c", replaces: again });
    assertEquals(shownLater.map(([, replaces]) => replaces), [0]);
  },
});

Deno.test({
  name: "createActions() tells one kind of failure once a minute, in one notification",
  ignore,
  async fn() {
    await using bus = await PrivateBus.start();
    await using programs = await FakePrograms.make();
    const shown = await serve(await bus.connect(), ["body"]);
    const scene = new DesktopScene({
      failing: { setMode: new Error("the disk is full"), resumeCloud: new Error("no") },
    });
    const perform = createActions(scene.context, { link: { bus: await bus.connect() }, childEnv: programs.env });
    const fail = () => perform({ do: "set_mode", mode: "local-only" }, {});
    const warnings = () =>
      scene.log.filter(({ level }) => level === "warn").map(({ message, fields }) => [message, fields]);
    for (let i = 0; i < 100; i++) await fail();
    await perform({ do: "resume_cloud" }, {});
    await scene.fakeClock.advance(60_000);
    await fail();
    assertEquals(shown.map(([, replaces, , summary]) => [replaces, summary]), [
      [0, "Cannot change the mode"],
      [0, "Cannot end the pause of the cloud"],
      [1, "Cannot change the mode"],
    ]);
    assertEquals(warnings(), [
      ["Cannot change the mode", { reason: "the disk is full" }],
      ["Cannot end the pause of the cloud", { reason: "no" }],
      ["Cannot change the mode", { reason: "the disk is full", untold: 99 }],
    ]);
  },
});

for (const notifications of [true, false]) {
  Deno.test({
    name: `createActions() tells a failure ${
      notifications ? "by a notification" : "in the log only, where none are wanted"
    }`,
    ignore,
    async fn() {
      await using server = await PrivateBus.start();
      await using programs = await FakePrograms.make();
      const shown = await serve(await server.connect(), ["body"]);
      const scene = new DesktopScene({ config: { desktop: { notifications } } });
      const link = { bus: await server.connect() };
      await createActions(scene.context, { link, childEnv: programs.env })({ do: "copy_address" }, {});
      const words = "No clipboard was found; installing wl-clipboard or xclip gives one to ask. " +
        "Copy this yourself: http://127.0.0.1:11435";
      assertEquals(
        shown.map(([, , , summary, body]) => [summary, body]),
        notifications ? [["Cannot copy the address", words]] : [],
      );
      assertEquals(scene.log.filter(({ level }) => level === "warn").map(({ message }) => message), [
        "Cannot copy the address",
      ]);
    },
  });
}

Deno.test({
  name: "createActions() copies by KDE's clipboard where that runs",
  ignore,
  async fn() {
    await using server = await PrivateBus.start();
    await using programs = await FakePrograms.make();
    await programs.add("xclip", { reads: true });
    const klipper = await server.connect();
    const copied: Value[] = [];
    klipper.export("/klipper", {
      name: "org.kde.klipper.klipper",
      methods: {
        setClipboardContents: {
          in: [["s", "s"]],
          out: [],
          call: ([text]) => {
            copied.push(text);
            return [];
          },
        },
      },
    });
    await klipper.requestName("org.kde.klipper");
    const scene = new DesktopScene({ env: { DISPLAY: ":0" } });
    const perform = createActions(scene.context, { link: { bus: await server.connect() }, childEnv: programs.env });
    await perform({ do: "copy_address" }, {});
    assertEquals([copied, (await programs.calls("xclip")).length], [["http://127.0.0.1:11435"], 0]);
    await klipper.releaseName("org.kde.klipper");
    await scene.fakeClock.advance(1_000);
    await perform({ do: "copy_address" }, {});
    assertEquals([copied.length, (await programs.calls("xclip")).length], [1, 1]);
  },
});
