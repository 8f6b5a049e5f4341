import { assertEquals } from "@std/assert";
import { UsageScene } from "../../tests/support/usage/usage_scene.ts";
import { openUsage } from "./open_usage.ts";
import { series, summary } from "./usage_queries.ts";

Deno.test("summary() and series() prepare nothing when they are asked again", async () => {
  await using scene = new UsageScene();
  const { db } = await openUsage(scene.path);
  let count = 0;
  const prepare = db.prepare.bind(db);
  db.prepare = (query) => (count++, prepare(query));
  const ask = () => {
    summary(db, { since: 0, until: 1 });
    series(db, { since: 0, until: 1, buckets: 1 });
  };
  ask();
  const first = count;
  ask();
  assertEquals([first > 0, count], [true, first]);
  db.close();
});
