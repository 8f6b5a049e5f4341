import { assertEquals } from "@std/assert";
import { recordOf } from "../../tests/support/usage/usage_scene.ts";
import { rowOfRecord } from "./row_of_record.ts";

const failed = (backend: string) =>
  ({ backend, startedAt: 0, durationMs: 1, outcome: "failed", reason: "reset" }) as const;

Deno.test("rowOfRecord() bounds every text, and leaves nothing that is no text", () => {
  const attempts = Array.from({ length: 100 }, (_, place) => failed(`backend-${place}`));
  const row = rowOfRecord(recordOf({ app: "a".repeat(100), model: "\0" + "🎉".repeat(200), attempts }));
  assertEquals([row.app.length, row.model.length, row.attempts.length], [64, 200, 500]);
  assertEquals([row.model[0], row.model.isWellFormed(), row.model.at(-1)], ["\ufffd", true, "\ufffd"]);
});

Deno.test("rowOfRecord() tells a failover only where another backend answered", () => {
  const rows = [
    recordOf(),
    recordOf({ attempts: [failed("cloud"), { ...failed("cloud"), outcome: "committed" }] }),
    recordOf({ attempts: [failed("local")], backend: undefined, location: undefined }),
    recordOf({ attempts: [] }),
  ].map(rowOfRecord);
  assertEquals(rows.map(({ failedOver, reason }) => [failedOver, reason]), [
    [1, "connect_refused"],
    [0, "reset"],
    [0, "reset"],
    [0, null],
  ]);
});

Deno.test("rowOfRecord() keeps token counts apart from none, and takes no nonsense for a count", () => {
  const counts = [{ inputTokens: 0, outputTokens: 3.7 }, {}, { inputTokens: -1, outputTokens: 1e300 }, {
    inputTokens: NaN,
  }];
  const rows = counts.map((usage) => rowOfRecord(recordOf({ usage })));
  assertEquals(rows.map(({ tokensIn, tokensOut }) => [tokensIn, tokensOut]), [
    [0, 3],
    [null, null],
    [null, 1_000_000_000],
    [null, null],
  ]);
});
