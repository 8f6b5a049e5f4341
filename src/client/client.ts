/**
 * The library by which programs use the CloudToLocalLLM daemon: it finds the daemon, can start it, asks models through
 * it with failover, and tells and changes how it stands. For Deno, Node 20 and later, and browsers.
 *
 * @example
 * ```ts
 * import { CloudToLocalLLM } from "@cloudtolocalllm/client";
 *
 * const client = new CloudToLocalLLM();
 * const answer = await client.chat({ model: "llama3.2", messages: [{ role: "user", content: "Hello" }] });
 * for await (const { text } of answer) console.log(text);
 * console.log(`answered by ${answer.backend}`);
 * ```
 *
 * @module
 */
export { CloudToLocalLLM, connect } from "./cloud_to_local_llm.ts";
export type { Attempt, RefusedOptions, Tried } from "./errors.ts";
export {
  AnswerBrokeOff,
  ClientError,
  DaemonLost,
  DaemonNotRunning,
  ModelNotFound,
  NoBackend,
  NoControlToken,
  OriginNotAllowed,
  Refused,
  TimedOut,
  UnexpectedAnswer,
} from "./errors.ts";
export type * from "./model_types.ts";
export type * from "./link_parts.ts";
export type * from "./options.ts";
export type * from "./status.ts";
