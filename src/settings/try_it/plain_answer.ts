import { isObject } from "../../protocol/json_value.ts";
import { errorOf } from "../error_of.ts";
import { attemptWords } from "./attempt_words.ts";

/** A whole answer, for a page without a script. */
export interface PlainAnswer {
  question: string;
  text?: string;
  thinking?: string;
  error?: string;
  backend?: string;
  /** The attempts in words. */
  chain: string;
  inputTokens?: number;
  outputTokens?: number;
}

/** What became of a question that was asked without a stream. */
export async function plainAnswer(question: string, response: Response): Promise<PlainAnswer> {
  const chain = attemptWords(response.headers.get("x-broker-attempts"));
  const backend = response.headers.get("x-broker-backend") ?? undefined;
  if (!response.ok) return { question, chain, backend, error: await errorOf(response) };
  const answer: unknown = await response.json();
  const { message, prompt_eval_count, eval_count } = isObject(answer) ? answer : {};
  const { content, thinking } = isObject(message) ? message : {};
  return {
    question,
    chain,
    backend,
    text: textOf(content) ?? "",
    thinking: textOf(thinking),
    inputTokens: countOf(prompt_eval_count),
    outputTokens: countOf(eval_count),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
