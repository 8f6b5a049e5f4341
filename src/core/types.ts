/** A pause of the cloud with an end is never longer, in ms: its end is told as a time of day. */
export const longestPauseMs = 86_400_000;
/** One that is shorter, in ms, would be over before anybody saw it: more likely the unit was mistaken. */
export const shortestPauseMs = 1_000;

/** The language a program speaks to a model server. */
export type Dialect = "ollama" | "openai";

/** What a backend is: which paths it has and which dialect it answers in. */
export type BackendKind = "ollama" | "openai" | "cloudtolocalllm";

/** Where a backend's machine is, as the user declared it: `cloud` costs money and leaves the desktop. */
export type Location = "local" | "cloud";

export const routeModes = ["local-first", "cloud-first", "local-only", "cloud-only", "fastest"] as const;

/** In which order, and whether at all, local and cloud backends are asked. */
export type RouteMode = typeof routeModes[number];

/**
 * What may be done with a request when its backend fails.
 *
 * - `inference`: stateless; any backend that has the model may answer.
 * - `embedding`: only the same model, for vector spaces differ between models.
 * - `control`: loads or unloads a model; never sent to a cloud backend.
 * - `bound`: changes one backend; sent to that one once.
 */
export type RequestClass = "inference" | "embedding" | "control" | "bound";

/** What a request asks for, whichever dialect it is written in. */
export type Operation = "chat" | "generate" | "embed";

/** One attempt at a backend, as a person reads it later. */
export interface Attempt {
  backend: string;
  startedAt: number;
  durationMs: number;
  outcome: "committed" | "failed" | "cancelled";
  /**
   * Why it failed, a {@linkcode FailureReason}; `not_allowed` where a new mode or rule cancelled it, `taken_away` where
   * the client had the backend passed over (`x-broker-without`) and nothing was sent; absent otherwise.
   */
  reason?: string;
  /** Set where the request went to a cloud, be it by way of a local Ollama. */
  inCloud?: true;
}

/** Tokens of one answer, as the backend counted them; absent when it did not. */
export interface Usage {
  inputTokens?: number;
  outputTokens?: number;
}
