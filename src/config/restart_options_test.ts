import { assertEquals } from "@std/assert";
import { configOf } from "../../tests/support/states.ts";
import { restartOptions } from "./restart_options.ts";

Deno.test("restartOptions() names what changed to something else than at the start", () => {
  const { listen: started } = configOf({});
  const moved = { ...started, port: 4_000 };
  const cases: [typeof started, typeof started, string[]][] = [
    [started, moved, ["listen.port"]],
    [started, { ...moved, host: "::1" }, ["listen.host", "listen.port"]],
    [moved, { ...moved, maxBodyBytes: 2_000 }, []],
    [moved, started, []],
    [started, { ...started, clientKey: "clients" }, []],
  ];
  for (const [previous, next, options] of cases) assertEquals(restartOptions({ started, previous, next }), options);
});
