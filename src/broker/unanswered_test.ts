import { assert, assertEquals } from "@std/assert";
import { LinkedAbort } from "../core/abort.ts";
import type { RouteMode } from "../core/types.ts";
import { isAllowed } from "../state/preference.ts";
import { NotAllowed, Unanswered } from "./unanswered.ts";

function scene(mode: RouteMode) {
  const now = { mode, privacy: { localModels: [], localApps: [] } };
  const unanswered = new Unanswered(() => now);
  const send = (location: "local" | "cloud") => {
    const abort = new LinkedAbort();
    const settled = unanswered.add({ isAllowed: ({ mode }) => isAllowed(location, mode), abort });
    return { signal: abort.signal, settled };
  };
  const enforce = (mode: RouteMode) => {
    now.mode = mode;
    unanswered.enforce();
  };
  return { send, enforce };
}

Deno.test("enforce() aborts what the mode forbids, at once, and nothing else", () => {
  const { send, enforce } = scene("local-first");
  const [local, cloud] = [send("local"), send("cloud")];
  enforce("cloud-first");
  assertEquals([local.signal.aborted, cloud.signal.aborted], [false, false]);
  enforce("local-only");
  assertEquals([local.signal.aborted, cloud.signal.aborted], [false, true]);
  assert(cloud.signal.reason instanceof NotAllowed);
  enforce("cloud-only");
  assertEquals(local.signal.aborted, true);
});

Deno.test("enforce() leaves what has been answered alone", () => {
  const { send, enforce } = scene("local-first");
  const cloud = send("cloud");
  cloud.settled();
  cloud.settled();
  enforce("local-only");
  assertEquals(cloud.signal.aborted, false);
});

Deno.test("add() lets nothing begin that is forbidden already", () => {
  const { send } = scene("local-only");
  assertEquals([send("cloud").signal.aborted, send("local").signal.aborted], [true, false]);
});
