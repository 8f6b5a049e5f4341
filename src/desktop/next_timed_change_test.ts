import { assertEquals } from "@std/assert";
import { backendState } from "../../tests/support/states.ts";
import { nextTimedChange } from "./next_timed_change.ts";

Deno.test("nextTimedChange() is the first end of an ejection or a cooldown that lies ahead", () => {
  const open = (until: number) =>
    backendState({}, { health: { breaker: { kind: "open", until, reason: "http_500", ejections: 1, generation: 1 } } });
  const cooling = (until: number) => backendState({}, { health: { cooldown: { until, reason: "http_429" } } });
  assertEquals(nextTimedChange({ backends: [open(900), cooling(700), backendState()] }, 500), 700);
  assertEquals(nextTimedChange({ backends: [open(900), cooling(700)] }, 700), 900);
  assertEquals(nextTimedChange({ backends: [open(900), cooling(700)] }, 900), undefined);
  assertEquals(nextTimedChange({ backends: [] }, 0), undefined);
});
