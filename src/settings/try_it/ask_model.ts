import { isObject } from "../../protocol/json_value.ts";
import type { SettingsContext } from "../context.ts";
import { attemptWords } from "./attempt_words.ts";

/** A question of the page, with all that was said before. */
export interface Question {
  model: string;
  messages: Message[];
  /** Backends that are taken away for this question. */
  without: string[];
  stream: boolean;
}

export interface Message {
  role: "user" | "assistant";
  content: string;
}

const id = /^[A-Za-z0-9_-]{1,64}$/;

/** The question in what a script sent; `undefined` when it is none. */
export function readQuestion(sent: unknown): Question | undefined {
  if (!isObject(sent) || typeof sent.model !== "string" || !Array.isArray(sent.messages)) return undefined;
  const messages = sent.messages.flatMap((message) => readMessage(message) ?? []);
  if (sent.model === "" || messages.length !== sent.messages.length || messages.length === 0) return undefined;
  return { model: sent.model, messages, without: backendIds(sent.without), stream: true };
}

function readMessage(sent: unknown): Message | undefined {
  if (!isObject(sent) || typeof sent.content !== "string") return undefined;
  const { role, content } = sent;
  return role === "user" || role === "assistant" ? { role, content } : undefined;
}

/** Those that can be ids of backends: they go into a header. */
export function backendIds(sent: unknown): string[] {
  return Array.isArray(sent) ? sent.filter((one) => typeof one === "string" && id.test(one)) : [];
}

/** Asks like any program does: with failover, and in Ollama's dialect. */
export function askModel(
  { ask }: Pick<SettingsContext, "ask">,
  { model, messages, without, stream }: Question,
  signal: AbortSignal,
): Promise<Response> {
  const headers = new Headers({ "content-type": "application/json", "user-agent": "CloudToLocalLLM settings" });
  if (without.length > 0) headers.set("x-broker-without", without.join(", "));
  return ask("/api/chat", { method: "POST", headers, body: JSON.stringify({ model, messages, stream }), signal });
}

const passed = ["content-type", "x-broker-backend", "x-broker-attempts", "x-request-id", "retry-after"];

/** The answer for the script of the page as it comes, only as fast as that reads; with the attempts in words. */
export function passedOn(answer: Response): Response {
  const headers = new Headers();
  for (const name of passed) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  // A header takes no arrow.
  headers.set("x-attempts-in-words", encodeURIComponent(attemptWords(answer.headers.get("x-broker-attempts"))));
  return new Response(answer.body, { status: answer.status, headers });
}
