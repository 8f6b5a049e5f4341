import { assert, assertEquals } from "@std/assert";
import { migrate } from "./migrations.ts";

const table = {
  1: (input: Record<string, unknown>) => ({ ...input, steps: "1" }),
  2: (input: Record<string, unknown>) => ({ ...input, steps: `${input.steps}2` }),
};

Deno.test("migrate() takes one version after the other, from where the file is", () => {
  assertEquals(migrate({ version: 1 }, { table, latest: 3 }), { ok: true, input: { version: 3, steps: "12" } });
  assertEquals(migrate({ version: 3 }, { table, latest: 3 }), { ok: true, input: { version: 3 } });
});

Deno.test("migrate() refuses a version that has no way to ours", () => {
  assert(!migrate({ version: 1 }, { table: {}, latest: 2 }).ok);
  for (const version of [0, -1, 1.5, "1", null, 2]) assert(!migrate({ version }).ok, String(version));
});
