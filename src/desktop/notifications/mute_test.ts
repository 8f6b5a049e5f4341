import { assertEquals } from "@std/assert";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import { Mute } from "./mute.ts";

const hourMs = 3_600_000;

Deno.test("Mute lasts an hour by the wall clock, or until it is ended, and says so", async () => {
  const scene = new DesktopScene();
  const { fakeClock: clock } = scene;
  const mute = new Mute(scene.context);
  let told = 0;
  const unsubscribe = mute.subscribe(() => told++);
  mute.end();
  assertEquals([mute.until, told], [undefined, 0]);
  mute.forAnHour();
  assertEquals([mute.until, told], [clock.now() + hourMs, 1]);
  await clock.advance(hourMs - 1);
  assertEquals(mute.until, clock.now() + 1);
  await clock.advance(1);
  assertEquals([mute.until, clock.pending], [undefined, 0]);
  mute.forAnHour();
  mute.end();
  assertEquals([mute.until, told], [undefined, 3]);
  unsubscribe();
  mute.forAnHour();
  assertEquals(told, 3);
});
