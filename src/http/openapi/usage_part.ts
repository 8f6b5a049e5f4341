import { json, operation, queryParameter } from "./operation.ts";
import { about, type ApiPart, array, count, flag, nullable, number, object, oneOf, ref, text, time } from "./schema.ts";

const tag = "usage";

const range = "A time, or how long ago, such as 90m, 24h, 7d or 4w";
const dialect = oneOf("ollama", "openai");
const totals = {
  requests: count,
  failed: about("No answer, or one that broke", count),
  failedOver: about("Answered by another backend than the first that was asked", count),
  tokens: object({ local: ref("Tokens"), cloud: ref("Tokens") }),
  uncounted: about("Answers of which the backend told no counts", object({ local: count, cloud: count })),
};

/** The record of use and the requests in flight. */
export const usagePart: ApiPart = {
  tag: {
    name: tag,
    description: "The record of use, without any text of prompt or answer, and the requests in flight",
  },
  paths: {
    "/control/v1/usage": {
      get: operation(tag, "get", {
        id: "getUsage",
        summary: "Sums over a range of time, and the range in equal parts for a plot",
        parameters: [
          queryParameter("since", `${range}; 7d unless given`),
          queryParameter("until", `${range}; now unless given`),
          queryParameter("buckets", "How many parts; 60 unless given", { type: "integer", minimum: 1, maximum: 1000 }),
        ],
        answer: json(object({
          recording: about("Whether use is recorded", flag),
          problem: ref("UsageProblem"),
          summary: ref("UsageSummary"),
          series: array(ref("UsageBucket")),
        })),
        refusals: [400],
      }),
      delete: operation(tag, "delete", {
        id: "deleteUsage",
        summary: "Deletes the whole record for good",
        answer: json(object({ deleted: { const: true } })),
        refusals: [503],
      }),
    },
    "/control/v1/requests": {
      get: operation(tag, "get", {
        id: "listRequests",
        summary: "The requests in flight, and the last that were answered",
        parameters: [
          queryParameter("limit", "How many; 50 unless given", { type: "integer", minimum: 1, maximum: 500 }),
          queryParameter("before", "The id of a request; only older ones", { type: "integer", minimum: 1 }),
        ],
        answer: json(object({
          problem: ref("UsageProblem"),
          running: array(ref("RunningRequest")),
          recent: array(ref("RecentRequest")),
        })),
        refusals: [400],
      }),
    },
  },
  schemas: {
    UsageProblem: about("What is wrong with the record, as a sentence", nullable(text)),
    Tokens: object({ input: count, output: count }),
    UsageTotals: object(totals),
    UsageShare: object({ name: about("Empty: nobody answered, or it could not be read", text), ...totals }),
    UsageShares: object({
      top: about("The most used, at most ten", array(ref("UsageShare"))),
      others: about("All others together", nullable(object({ ...totals, names: count }))),
    }),
    UsageSummary: object({
      ...totals,
      since: time,
      until: time,
      firstByteMs: object({ p50: nullable(number), p95: nullable(number) }),
      byBackend: ref("UsageShares"),
      byModel: ref("UsageShares"),
      byApp: ref("UsageShares"),
    }),
    UsageBucket: object({
      at: time,
      requests: count,
      failed: count,
      firstByteP50Ms: nullable(number),
      tokens: about("Input and output together", object({ local: number, cloud: number })),
    }),
    RunningRequest: object({
      id: text,
      app: text,
      dialect,
      startedAt: time,
      model: text,
      backend: nullable(text),
      phase: oneOf("waiting", "streaming"),
      attempts: about("Those that are over, as in x-broker-attempts", text),
    }),
    RecentRequest: object({
      id: about("Grows with each request", count),
      at: time,
      app: text,
      dialect,
      operation: oneOf("chat", "generate", "embed", "unknown"),
      model: text,
      backend: nullable(text),
      location: nullable(ref("Location")),
      attempts: text,
      reason: about("Why the first attempt failed", nullable(text)),
      failedOver: flag,
      firstByteMs: nullable(number),
      durationMs: number,
      tokensIn: nullable(count),
      tokensOut: nullable(count),
      outcome: oneOf("ok", "failed", "incomplete", "cancelled", "rejected"),
      status: about("HTTP status that the program got", count),
    }),
  },
};
