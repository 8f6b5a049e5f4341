import { assertEquals } from "@std/assert";
import { DesktopScene } from "../../../tests/support/desktop_context.ts";
import { backendState } from "../../../tests/support/states.ts";
import { withPause } from "../../state/changes.ts";
import type { TrayHost } from "./tray_host.ts";
import type { TrayModel } from "./tray_model_types.ts";
import { TrayView } from "./tray_view.ts";

function scene(options: ConstructorParameters<typeof DesktopScene>[0] = {}) {
  const desktop = new DesktopScene(options);
  const models: TrayModel[] = [];
  const host: TrayHost = {
    show: (model) => models.push(model),
    closed: Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const facts: { colour: "light" | "dark" | "grey" } = { colour: "grey" };
  const view = new TrayView(desktop.context, () => facts);
  const pause = (until: number | null) =>
    desktop.store.update((state) => withPause(state, { until }, desktop.context.config().route));
  return { desktop, clock: desktop.fakeClock, models, host, facts, view, pause };
}

Deno.test("TrayView gives a new host the model at once, and after changes the newest", async () => {
  const { clock, models, host, view, pause } = scene();
  pause(null);
  assertEquals(models, []);
  view.host = host;
  assertEquals(models.length, 1);
  for (let at = 1; at <= 1_000; at++) {
    pause(clock.now() + at * 3_600_000);
    await clock.advance(1);
  }
  assertEquals(models.length >= 10 && models.length <= 13, true, `${models.length} models`);
  view[Symbol.dispose]();
  assertEquals(clock.pending, 0);
});

Deno.test("TrayView follows the configuration and its facts, and nothing once it is disposed", async () => {
  const { desktop, clock, models, host, facts, view } = scene();
  view.host = host;
  await clock.advance(1_000);
  facts.colour = "dark";
  view.look();
  await clock.advance(1_000);
  desktop.configure({ route: { mode: "local-only" } });
  await clock.advance(1_000);
  const isLocal = (model: TrayModel) =>
    model.menu.some((item) => item.key === "mode:local-only" && "checked" in item && item.checked);
  const distinct = new Set(models.map((model) => `${model.colour} ${isLocal(model)}`));
  assertEquals([...distinct], ["grey false", "dark false", "dark true"]);
  const shown = models.length;
  view[Symbol.dispose]();
  desktop.configure({});
  await clock.advance(1_000);
  assertEquals([models.length, desktop.configListeners, clock.pending], [shown, 0, 0]);
});

Deno.test("TrayView looks again when time alone changes what may be used", async () => {
  const until = 5_000;
  const backend = backendState({}, {
    health: { breaker: { kind: "open", until, reason: "http_500", ejections: 1, generation: 1 } },
  });
  const { clock, models, host, view } = scene({ backends: [backend] });
  view.host = host;
  assertEquals([models.length, clock.nextDueMs], [1, until]);
  await clock.advance(until);
  assertEquals([models.map(({ icon }) => icon), clock.pending], [["error", "local"], 0]);
  view[Symbol.dispose]();
});

Deno.test("TrayView shows answers that run for a while, and nothing of short ones", async () => {
  const { desktop, clock, models, host, view } = scene({ backends: [backendState()] });
  const running = (inFlight: number) => desktop.store.update((state) => ({ ...state, inFlight }));
  const labels = () =>
    models.map(({ menu: [state] }) => "label" in state ? state.label.split("; ")[1] ?? "" : "no entry");
  view.host = host;
  for (let at = 0; at < 100; at++) {
    running(1);
    await clock.advance(150);
    running(0);
    await clock.advance(1_850);
  }
  assertEquals(new Set(labels()), new Set([""]));
  running(2);
  await clock.advance(2_200);
  assertEquals(labels().at(-1), "2 answers running");
  running(0);
  await clock.advance(2_200);
  assertEquals([labels().at(-1), clock.pending], ["", 0]);
  view[Symbol.dispose]();
});

Deno.test("TrayView looks again when notifications are not muted any more", async () => {
  const { clock, models, host, facts, view } = scene();
  const mutedUntil = clock.now() + 3_600_000;
  Object.defineProperty(facts, "notifications", {
    enumerable: true,
    get: () => ({ mutedUntil: clock.now() < mutedUntil ? mutedUntil : undefined }),
  });
  view.host = host;
  await clock.advance(3_600_000);
  const marks = models.map(({ menu }) => menu.some((item) => item.key === "mute" && "checked" in item && item.checked));
  assertEquals([marks, clock.pending], [[true, false], 0]);
  view[Symbol.dispose]();
});

Deno.test("What goes wrong in a host does not reach who changes the state, and is logged once", async () => {
  const { desktop, clock, host, view, pause } = scene();
  view.host = {
    ...host,
    show() {
      throw new Error("broken");
    },
  };
  for (const until of [null, 1e15]) {
    pause(until);
    await clock.advance(1_000);
  }
  assertEquals(desktop.log.map(({ level, fields }) => [level, fields.error]), [["error", "broken"]]);
  view[Symbol.dispose]();
});
