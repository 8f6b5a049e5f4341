import { assertEquals } from "@std/assert";
import { FakePortal } from "../../../tests/support/desktop_fakes/fake_portal.ts";
import { inTime } from "../../../tests/support/in_time.ts";
import { isBusMissing, PrivateBus } from "../../../tests/support/private_bus.ts";
import { type ColorScheme, iconColour, watchColorScheme } from "./color_scheme.ts";

Deno.test("iconColour() is light for dark styles, dark for light ones, and as the user says", () => {
  const cases = [
    ["auto", 0, "grey"],
    ["auto", 1, "light"],
    ["auto", 2, "dark"],
    ["auto", 3, "grey"],
    ["light", 2, "light"],
    ["dark", 1, "dark"],
    ["dark", 0, "dark"],
  ] as const;
  for (const [setting, scheme, colour] of cases) assertEquals(iconColour(setting, { scheme }), colour);
});

Deno.test("iconColour() is light in GNOME, whose bar is dark whatever the style", () => {
  const cases = [["GNOME", 2, "light"], ["ubuntu:GNOME", 0, "light"], ["KDE", 2, "dark"], [
    "X-GNOMEISH",
    0,
    "grey",
  ]] as const;
  for (const [desktop, scheme, colour] of cases) assertEquals(iconColour("auto", { scheme, desktop }), colour);
  assertEquals(iconColour("dark", { scheme: 0, desktop: "GNOME" }), "dark");
});

/** What was told, one after another. */
class Told {
  readonly #waiting: ColorScheme[] = [];
  #wake = () => {};

  readonly tell = (scheme: ColorScheme): void => {
    this.#waiting.push(scheme);
    this.#wake();
  };

  async next(): Promise<ColorScheme> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (this.#waiting.length > 0) resolve();
    await inTime("a style is told", promise);
    return this.#waiting.shift()!;
  }

  get left(): number {
    return this.#waiting.length;
  }
}

function busTest(name: string, test: (bus: PrivateBus, told: Told) => Promise<void>): void {
  Deno.test({
    name,
    ignore: isBusMissing,
    async fn() {
      await using bus = await PrivateBus.start();
      await test(bus, new Told());
    },
  });
}

busTest("watchColorScheme() tells the style of now and each that comes, and no other setting", async (bus, told) => {
  const portal = await FakePortal.start(await bus.connect(), { scheme: 1 });
  const stop = await watchColorScheme(await bus.connect(), told.tell);
  assertEquals(await told.next(), 1);
  portal.change(2);
  assertEquals(await told.next(), 2);
  portal.change(7, { key: "contrast" });
  portal.change(7, { space: "org.gnome.desktop.interface" });
  portal.change(0);
  assertEquals(await told.next(), 0);
  stop();
  assertEquals([told.left, portal.reads], [0, ["ReadOne"]]);
});

busTest("watchColorScheme() asks older portals as they know it", async (bus, told) => {
  const portal = await FakePortal.start(await bus.connect(), { scheme: 2, version: 1 });
  const stop = await watchColorScheme(await bus.connect(), told.tell);
  assertEquals([await told.next(), portal.reads], [2, ["Read"]]);
  stop();
});

busTest("watchColorScheme() finds a portal that starts late, and one that starts again", async (bus, told) => {
  const stop = await watchColorScheme(await bus.connect(), told.tell);
  const first = await FakePortal.start(await bus.connect(), { scheme: 1 });
  assertEquals(await told.next(), 1);
  first.stop();
  await FakePortal.start(await bus.connect(), { scheme: 2 });
  assertEquals(await told.next(), 2);
  stop();
});

busTest("A change that overtakes the answer is what counts", async (bus, told) => {
  const hold = Promise.withResolvers<void>();
  const portal = await FakePortal.start(await bus.connect(), { scheme: 1, hold: hold.promise });
  const connection = await bus.connect();
  const stop = await watchColorScheme(connection, told.tell);
  portal.change(2);
  assertEquals(await told.next(), 2);
  hold.resolve();
  const late = { path: "/", interface: "org.freedesktop.DBus.Peer", member: "Ping" };
  await connection.call({ destination: "org.freedesktop.portal.Desktop", ...late });
  assertEquals(told.left, 0);
  stop();
});
