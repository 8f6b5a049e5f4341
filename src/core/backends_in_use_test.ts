import { assertEquals } from "@std/assert";
import { backendsInUse, missedBackend } from "./backends_in_use.ts";

const cloud = { id: "cloud", location: "cloud", health: "up" } as const;
const local = { id: "local", location: "local", health: "down" } as const;
const off = { id: "off", location: "local", health: "disabled" } as const;

Deno.test("backendsInUse() begins with the place that is asked first", () => {
  const ids = (mode: "local-first" | "cloud-first") =>
    backendsInUse({ mode, backends: [off, cloud, local] }).map(({ id }) => id);
  assertEquals([ids("local-first"), ids("cloud-first")], [["local", "cloud"], ["cloud", "local"]]);
});

Deno.test("missedBackend() is who does not answer while another one does", () => {
  const report = { state: "degraded", mode: "local-first", active: "cloud", backends: [cloud, local] } as const;
  assertEquals(missedBackend(report)?.id, "local");
  assertEquals(missedBackend({ ...report, state: "connected" }), undefined);
  assertEquals(missedBackend({ ...report, backends: [cloud] }), undefined);
});
