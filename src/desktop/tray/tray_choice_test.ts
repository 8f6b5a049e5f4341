import { assertEquals } from "@std/assert";
import { trayChoice, type TrayKind, type TraySight } from "./tray_choice.ts";

const sight: TraySight = { hasWatcher: false, isGraceOver: false, canGtk: true, shown: undefined };

Deno.test("trayChoice() takes a watcher before GTK, GTK only after a grace, and leaves what is shown until then", () => {
  const cases: [seen: Partial<TraySight>, choice: TrayKind | undefined][] = [
    [{}, undefined],
    [{ isGraceOver: true }, "gtk"],
    [{ isGraceOver: true, canGtk: false }, undefined],
    [{ hasWatcher: true }, "sni"],
    [{ hasWatcher: true, canGtk: false }, "sni"],
    [{ hasWatcher: true, isGraceOver: true }, "sni"],
    [{ hasWatcher: true, shown: "gtk" }, "sni"],
    [{ hasWatcher: true, shown: "sni" }, "sni"],
    // The watcher has gone.
    [{ shown: "sni" }, "sni"],
    [{ shown: "sni", isGraceOver: true }, "gtk"],
    [{ shown: "sni", isGraceOver: true, canGtk: false }, "sni"],
    // It came and went while GTK was shown.
    [{ shown: "gtk" }, "gtk"],
    [{ shown: "gtk", isGraceOver: true }, "gtk"],
  ];
  for (const [seen, choice] of cases) assertEquals(trayChoice({ ...sight, ...seen }), choice, JSON.stringify(seen));
});
