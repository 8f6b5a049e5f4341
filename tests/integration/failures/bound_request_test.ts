import { assert, assertEquals } from "@std/assert";
import type { Fault } from "../../support/model_server.ts";
import { failureTest } from "./failure_world.ts";

const changes = [
  ["POST", "/api/copy", { source: "plain", destination: "plain2" }],
  ["POST", "/api/pull", { model: "new" }],
  ["DELETE", "/api/delete", { model: "plain" }],
  ["POST", "/api/me", undefined],
] as const;
const cuts: Fault[] = [{ kind: "close_on_accept" }, { kind: "read_half_body_then_close" }];

for (const fault of cuts) {
  failureTest(
    `1: a request that changes a backend is sent once, whatever follows (${fault.kind})`,
    {},
    async (world) => {
      world.local.always = fault;
      for (const [method, path, json] of changes) {
        const before = world.local.modelRequests.length;
        const body = json && JSON.stringify(json);
        const response = await fetch(world.broker.url + path, { method, body });
        assertEquals([response.status, response.headers.get("x-broker-attempts")], [502, "local:reset"]);
        assert((await response.json()).error.includes("closed the connection without an answer"));
        assertEquals(world.local.modelRequests.length, before + 1, path);
      }
      assertEquals(world.cloud.modelRequests.length, 0);
    },
  );
}
