import type { Fields } from "./fields.ts";
import { wrongValue } from "./fields.ts";

const efforts = new Map<unknown, string>([
  [false, "none"],
  // What Ollama itself takes `true` for where a model knows levels (api/types.go, ThinkValue).
  [true, "medium"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
]);

const thinks = new Map<unknown, boolean | string>([
  ["none", false],
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "high"],
]);

/** Ollama's `think` as OpenAI's `reasoning_effort`. */
export function thinkToEffort(fields: Fields): string | undefined {
  const think = fields.raw("think");
  if (think === undefined || think === "") return undefined;
  const effort = efforts.get(think);
  if (effort === undefined) throw wrongValue("think", "true, false, low, medium or high", think);
  return effort;
}

/** OpenAI's `reasoning_effort`, or OpenRouter's `reasoning.effort`, as Ollama's `think`. */
export function effortToThink(fields: Fields): boolean | string | undefined {
  const effort = fields.raw("reasoning_effort") ?? fields.object("reasoning")?.raw("effort");
  if (effort === undefined) return undefined;
  const think = thinks.get(effort);
  if (think === undefined) {
    throw wrongValue("reasoning_effort", "none, minimal, low, medium, high or xhigh", effort);
  }
  return think;
}
