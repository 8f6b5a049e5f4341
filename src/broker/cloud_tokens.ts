import type { Usage } from "../core/types.ts";
import type { RequestRecord } from "./request_record.ts";

/** What a request has used of clouds. */
export interface CloudTokens {
  tokens: number;
  /** Of those, the ones that no cloud counted. */
  estimated: number;
}

/**
 * What a finished request has used of clouds, of the one of a local Ollama too: the tokens that the answering cloud
 * counted, and where it did not, the guess. A question that was sent and then called back before its answer came counts
 * as a guess; one that a cloud refused or failed at does not. Pure.
 */
export function cloudTokensOf({ attempts, usage, estimated = {} }: RequestRecord): CloudTokens {
  let [counted, guessed] = [0, 0];
  const add = (key: keyof Usage) => {
    const told = usage[key];
    if (told !== undefined && Number.isSafeInteger(told) && told >= 0) counted += told;
    else guessed += estimated[key] ?? 0;
  };
  for (const { inCloud, outcome } of attempts) {
    if (!inCloud || outcome === "failed") continue;
    if (outcome === "cancelled") guessed += estimated.inputTokens ?? 0;
    else {
      add("inputTokens");
      add("outputTokens");
    }
  }
  return { tokens: counted + guessed, estimated: guessed };
}
