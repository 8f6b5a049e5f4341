import { assertEquals } from "@std/assert";
import type { Attempt } from "../core/types.ts";
import { cloudTokensOf } from "./cloud_tokens.ts";
import type { RequestRecord } from "./request_record.ts";

const attempt = (outcome: Attempt["outcome"], inCloud?: true, reason?: string): Attempt => ({
  backend: "b",
  startedAt: 0,
  durationMs: 1,
  outcome,
  reason,
  ...inCloud && { inCloud },
});

function tokensOf(attempts: Attempt[], more: Partial<RequestRecord> = {}): [tokens: number, estimated: number] {
  const { tokens, estimated } = cloudTokensOf({
    id: "1",
    app: "curl",
    dialect: "openai",
    operation: "chat",
    model: "m",
    stream: true,
    startedAt: 0,
    durationMs: 1,
    attempts,
    outcome: "ok",
    status: 200,
    usage: {},
    ...more,
  });
  return [tokens, estimated];
}

const usage = { inputTokens: 30, outputTokens: 12 };
const estimated = { inputTokens: 100, outputTokens: 50 };

Deno.test("cloudTokensOf() takes what a cloud counted, and guesses only what it did not", () => {
  const table: [name: string, Attempt[], Partial<RequestRecord>, [number, number]][] = [
    ["local", [attempt("committed")], { usage }, [0, 0]],
    ["nobody", [], { outcome: "rejected" }, [0, 0]],
    ["cloud", [attempt("committed", true)], { usage }, [42, 0]],
    ["after a local failure", [attempt("failed"), attempt("committed", true)], { usage }, [42, 0]],
    ["no counts", [attempt("committed", true)], { estimated }, [150, 150]],
    ["no count of the question", [attempt("committed", true)], { usage: { outputTokens: 5 }, estimated }, [105, 100]],
    ["broken off", [attempt("committed", true)], { outcome: "incomplete", estimated }, [150, 150]],
    ["the client left", [attempt("cancelled", true)], { outcome: "cancelled", estimated }, [100, 100]],
    ["refused by the cloud", [attempt("failed", true, "http_429")], { outcome: "failed", estimated }, [0, 0]],
    [
      "called back, then local",
      [attempt("cancelled", true, "not_allowed"), attempt("committed")],
      { usage, estimated },
      [100, 100],
    ],
    ["taken away", [attempt("cancelled", undefined, "taken_away"), attempt("committed")], { usage }, [0, 0]],
    ["nonsense", [attempt("committed", true)], { usage: { inputTokens: -5, outputTokens: NaN }, estimated }, [
      150,
      150,
    ]],
    ["infinite", [attempt("committed", true)], { usage: { inputTokens: 1e308, outputTokens: 1 }, estimated }, [
      101,
      100,
    ]],
  ];
  for (const [name, attempts, more, expected] of table) assertEquals(tokensOf(attempts, more), expected, name);
});
